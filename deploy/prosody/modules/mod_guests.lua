-- Keeps the anonymous users of this host to reading. A guest may send requests (iq) to its own host and to the services
-- listed in guests_may_reach; a message, presence or request to anybody else is refused, so that no stranger's stanza
-- ever reaches the services' accounts.
--
-- It also ends a guest's subscriptions when the guest leaves: the pubsub service stores subscriptions for ever, and every
-- closed browser tab would otherwise be sent every event until the end of time.

local st = require "util.stanza";
local jid = require "util.jid";

local may_reach = module:get_option_set("guests_may_reach", {});

local function is_own(session, to)
	return to == nil or to == module.host or jid.bare(to) == session.username .. "@" .. module.host;
end

local function refuse(event)
	local session, stanza = event.origin, event.stanza;
	if session.type ~= "c2s" then return; end
	local to = stanza.attr.to;
	if is_own(session, to) then return; end
	if stanza.name == "iq" and may_reach:contains(to) then return; end
	if stanza.attr.type ~= "error" and stanza.attr.type ~= "result" and stanza.name ~= "presence" then
		session.send(st.error_reply(stanza, "cancel", "not-allowed", "Guests may only read what is published."));
	end
	module:log("info", "refused %s from guest to %s", stanza.name, tostring(to));
	return true;
end

for _, kind in ipairs({ "iq", "message", "presence" }) do
	for _, target in ipairs({ "bare", "full", "host" }) do
		module:hook("pre-" .. kind .. "/" .. target, refuse, 1000);
	end
end

local function services()
	local found = {};
	for host in may_reach do
		local loaded = prosody.hosts[host] and prosody.hosts[host].modules and prosody.hosts[host].modules.pubsub;
		if loaded and loaded.service then table.insert(found, loaded.service); end
	end
	return found;
end

-- Ends every subscription whose subscriber `leaves(jid)`. Names are gathered first: removing changes the tables.
local function unsubscribe(leaves)
	for _, service in ipairs(services()) do
		local gone = {};
		for node, object in pairs(service.nodes) do
			for subscriber in pairs(object.subscribers) do
				if leaves(subscriber) then table.insert(gone, { node, subscriber }); end
			end
		end
		for _, pair in ipairs(gone) do service:remove_subscription(pair[1], true, pair[2]); end
	end
end

module:hook("resource-unbind", function (event)
	local session = event.session;
	local bare = session.username .. "@" .. session.host;
	unsubscribe(function (subscriber) return subscriber == session.full_jid or subscriber == bare; end);
end);

-- After a restart no guest is here, whatever the store remembers.
module:hook_global("server-started", function ()
	unsubscribe(function (subscriber) return jid.host(subscriber) == module.host; end);
end);

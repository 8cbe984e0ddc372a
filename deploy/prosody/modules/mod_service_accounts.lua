-- Makes the accounts of the services when the host starts, with passwords read from files of one line.
-- A file that has changed since the last start changes the password. Setting: service_accounts = { name = file, ... }

local usermanager = require "core.usermanager";

-- How long to wait before the next try to make an account that could not be made, in seconds.
local AGAIN_AFTER_S = 2;

local accounts = module:get_option("service_accounts", {});

local function read_line(path)
	local file, reason = io.open(path);
	if not file then return nil, reason; end
	local line = file:read("*l");
	file:close();
	if not line or line == "" then return nil, path .. " is empty"; end
	return line;
end

local function ensure(username, path)
	local password, reason = read_line(path);
	if not password then
		return nil, "cannot read the password: " .. tostring(reason);
	end
	if not usermanager.user_exists(username, module.host) then
		return usermanager.create_user(username, password, module.host);
	end
	if usermanager.test_password(username, module.host, password) then return true; end
	return usermanager.set_password(username, password, module.host, nil);
end

-- Whether all are there. The store may be away while the server starts, and may then have lost everything.
local function ensure_all()
	local all = true;
	for username, path in pairs(accounts) do
		local called, done, reason = pcall(ensure, username, path);
		if called and done then
			module:log("info", "account %s@%s is ready", username, module.host);
		else
			module:log("error", "account %s@%s could not be made, trying again: %s", username, module.host, tostring(reason or done));
			all = false;
		end
	end
	return all;
end

local function ensure_until_done()
	if not ensure_all() then
		module:add_timer(AGAIN_AFTER_S, function () return not ensure_all() and AGAIN_AFTER_S or nil; end);
	end
end

-- Not earlier: the host's authentication provider is not there yet while its modules load.
if prosody.start_time then ensure_until_done(); else module:hook_global("server-started", ensure_until_done); end

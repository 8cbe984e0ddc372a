-- Sends a message back to its sender when its addressee is not there, although the archive has kept a copy: the gateway
-- keeps every event until the collector has confirmed it, so it should hear at once that nobody will.

module:hook("message/offline/handle", function () return false; end, -1);

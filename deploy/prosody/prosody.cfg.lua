-- Prosody for Vigiroute. One template for the testbed, `cargo xtask up` and compose: whoever starts the server
-- replaces the words between at-signs. Works with Prosody 0.12 and 13.0.

plugin_paths = { "@MODULES_DIR@" }
data_path = "@DATA_DIR@"
pidfile = "@DATA_DIR@/prosody.pid"
log = { info = "*stdout" }
run_as_root = @RUN_AS_ROOT@

-- What the services and the live map need, and nothing else: no other server, no registration, no administration.
modules_enabled = { "disco", "saslauth", "tls", "roster", "ping", "limits", "smacks", "posix" }
modules_disabled = { "s2s", "offline" }

interfaces = { "@BIND@" }
c2s_ports = { @C2S_PORT@ }
s2s_ports = { }
c2s_direct_tls_ports = { }
c2s_require_encryption = @REQUIRE_TLS@
ssl = { certificate = "@CERTIFICATE@", key = "@KEY@" }
-- An event stanza is a few KiB, a backlog of 64 revisions or the traffic picture with 1,000 vehicles under 200 KiB.
c2s_stanza_size_limit = 524288
limits = { c2s = { rate = "10mb/s", burst = "5s" } }

-- BOSH: browsers reach it only through the web program, which speaks plain HTTP to it on the loopback or a network of
-- its own. Whoever lets others in must put TLS in front of the web program.
http_ports = { @HTTP_PORT@ }
http_interfaces = { "@BIND@" }
https_ports = { }
http_default_host = "live.@DOMAIN@"
http_max_content_size = 262144
consider_bosh_secure = true
bosh_max_inactivity = 30
bosh_max_wait = 60

authentication = "internal_hashed"
-- Accounts log in with SCRAM-SHA-256 only: the password itself never crosses the line.
password_hash = "SHA-256"
disable_sasl_mechanisms = { "DIGEST-MD5", "PLAIN", "OAUTHBEARER" }
storage = "sql"
sql = {
	driver = "MySQL",
	host = "@MYSQL_HOST@",
	port = @MYSQL_PORT@,
	database = "@MYSQL_DATABASE@",
	username = "prosody",
	password = "@MYSQL_PASSWORD@",
}

-- A session that lost its connection waits ten minutes for its owner; nothing that it missed is thrown away meanwhile.
smacks_hibernation_time = 600
archive_expires_after = "1w"
default_archive_policy = true

VirtualHost "@DOMAIN@"
	modules_enabled = { "mam", "bounce", "service_accounts" }
	-- Made at start; a changed file changes the password.
	service_accounts = {
		gateway = "@GATEWAY_PASSWORD_FILE@",
		collector = "@COLLECTOR_PASSWORD_FILE@",
	}

-- Browsers: anonymous, reached over BOSH, able to read the nodes and to do nothing else.
VirtualHost "live.@DOMAIN@"
	authentication = "anonymous"
	storage = "memory"
	modules_enabled = { "bosh", "guests" }
	guests_may_reach = { "pubsub.@DOMAIN@" }

Component "pubsub.@DOMAIN@" "pubsub"
	admins = { "gateway@@DOMAIN@", "collector@@DOMAIN@" }
	pubsub_max_items = 256
	autocreate_on_publish = false
	autocreate_on_subscribe = false

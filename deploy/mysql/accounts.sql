-- Databases and accounts, for MySQL 9.7 and MariaDB 10.11 or later. Safe to run at every start: a changed secret
-- changes the password. One statement a line; the words between at-signs are replaced by whoever starts the server.
CREATE DATABASE IF NOT EXISTS vigiroute CHARACTER SET utf8mb4;
CREATE DATABASE IF NOT EXISTS prosody CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'collector'@'%' IDENTIFIED BY '@COLLECTOR_PASSWORD@';
ALTER USER 'collector'@'%' IDENTIFIED BY '@COLLECTOR_PASSWORD@';
GRANT ALL PRIVILEGES ON vigiroute.* TO 'collector'@'%';
CREATE USER IF NOT EXISTS 'web'@'%' IDENTIFIED BY '@WEB_PASSWORD@';
ALTER USER 'web'@'%' IDENTIFIED BY '@WEB_PASSWORD@';
GRANT SELECT ON vigiroute.* TO 'web'@'%';
-- The collector makes the tables later. A grant on a table that does not exist yet must include CREATE, which is then taken back.
GRANT CREATE, INSERT, UPDATE, DELETE ON vigiroute.zones TO 'web'@'%';
REVOKE CREATE ON vigiroute.zones FROM 'web'@'%';
GRANT CREATE, INSERT, UPDATE ON vigiroute.accounts TO 'web'@'%';
REVOKE CREATE ON vigiroute.accounts FROM 'web'@'%';
GRANT CREATE, INSERT, UPDATE, DELETE ON vigiroute.sessions TO 'web'@'%';
REVOKE CREATE ON vigiroute.sessions FROM 'web'@'%';
GRANT CREATE, INSERT, UPDATE ON vigiroute.api_keys TO 'web'@'%';
REVOKE CREATE ON vigiroute.api_keys FROM 'web'@'%';
GRANT CREATE, INSERT ON vigiroute.audit TO 'web'@'%';
REVOKE CREATE ON vigiroute.audit FROM 'web'@'%';
CREATE USER IF NOT EXISTS 'prosody'@'%' IDENTIFIED BY '@PROSODY_PASSWORD@';
ALTER USER 'prosody'@'%' IDENTIFIED BY '@PROSODY_PASSWORD@';
GRANT ALL PRIVILEGES ON prosody.* TO 'prosody'@'%';

#!/bin/sh
# Draws every secret at the first start and fills the servers' configuration, each into the folder of the one service
# that may read it. Run again at every start: what exists stays, a changed setting is taken up.
set -eu
umask 077
secrets=/secrets
templates=/templates

# The secret NAME, drawn if it is not there.
secret() {
  file=$secrets/setup/$1
  if [ ! -s "$file" ]; then
    od -An -tx1 -N24 /dev/urandom | tr -d ' \n' >"$file.new"
    mv "$file.new" "$file"
  fi
  cat "$file"
}

# Copies the secrets NAME... into the folder of SERVICE.
give() {
  service=$1
  shift
  for name in "$@"; do
    value=$(secret "$name")
    printf %s "$value" >"$secrets/$service/$name"
  done
}

# Hands the folder of SERVICE over to its USER, for reading only.
hand_over() {
  chown -R "$2:$2" "$secrets/$1"
  chmod -R u=rX,go= "$secrets/$1"
}

mkdir -p "$secrets"
chmod 755 "$secrets"
for service in setup gateway collector web simulator mosquitto prosody mysql bridge; do
  mkdir -p "$secrets/$service"
done
give gateway mqtt-gateway xmpp-gateway
give collector xmpp-collector mysql-collector
give web mqtt-web mysql-web
give simulator mqtt-simulator
give prosody xmpp-gateway xmpp-collector
give mysql mysql-root

# Mosquitto: every secret mqtt-NAME is an account; passwords are stored as hashes.
secret mqtt-bridge >/dev/null
account=
if [ "${1-}" = add-account ]; then
  account=${2:?add-account needs a name}
  case $account in
    *[!A-Za-z0-9_.:-]* | -*)
      echo "$account is no name for an account: use A-Z a-z 0-9 _ . : -" >&2
      exit 64
      ;;
  esac
  secret "mqtt-$account" >/dev/null
fi
for file in "$secrets"/setup/mqtt-*; do
  password=$(cat "$file")
  printf '%s:%s\n' "${file##*/mqtt-}" "$password"
done >"$secrets/mosquitto/passwords.new"
mosquitto_passwd -U "$secrets/mosquitto/passwords.new"
mv "$secrets/mosquitto/passwords.new" "$secrets/mosquitto/passwords"
cp "$templates/mosquitto/acl" "$secrets/mosquitto/acl"
sed -e 's|@PORT@|1883|g' -e 's|@BIND@|0.0.0.0|g' -e 's|@USER@|mosquitto|g' \
  -e 's|@PASSWORD_FILE@|/secrets/mosquitto/passwords|g' -e 's|@ACL_FILE@|/secrets/mosquitto/acl|g' \
  -e 's|@DATA_DIR@|/mosquitto/data|g' \
  "$templates/mosquitto/mosquitto.conf" >"$secrets/mosquitto/mosquitto.conf"

# The bridge to the feed of Helsinki's buses and trams: mqtts://host:port, or mqtt://host:port without TLS.
feed=${VIGIROUTE_HFP_ADDRESS:-mqtts://mqtt.hsl.fi:8883}
case $feed in
  mqtts://*) tls='bridge_cafile /etc/ssl/certs/ca-certificates.crt' ;;
  mqtt://*) tls='' ;;
  *)
    echo "VIGIROUTE_HFP_ADDRESS is $feed; write mqtts://host:port, or mqtt://host:port without TLS" >&2
    exit 64
    ;;
esac
password=$(secret mqtt-bridge)
name=$(od -An -tx1 -N4 /dev/urandom | tr -d ' \n')
sed -e 's|@SOCKET@|/tmp/bridge.sock|g' -e 's|@USER@|mosquitto|g' -e "s|@FEED_ADDRESS@|${feed#*://}|g" \
  -e "s|@FEED_TLS@|$tls|g" -e "s|@CLIENT_ID@|vigiroute-$name|g" -e 's|@BROKER_ADDRESS@|mosquitto:1883|g' \
  -e "s|@BROKER_PASSWORD@|$password|g" \
  "$templates/mosquitto/bridge.conf" >"$secrets/bridge/bridge.conf"

# Prosody.
password=$(secret mysql-prosody)
sed -e 's|@MODULES_DIR@|/usr/local/lib/vigiroute/prosody|g' -e 's|@DATA_DIR@|/var/lib/prosody|g' \
  -e 's|@RUN_AS_ROOT@|false|g' -e 's|@BIND@|0.0.0.0|g' -e 's|@C2S_PORT@|5222|g' -e 's|@HTTP_PORT@|5280|g' \
  -e 's|@REQUIRE_TLS@|true|g' -e 's|@CERTIFICATE@|/certificates/certificate.pem|g' \
  -e 's|@KEY@|/certificates/key.pem|g' -e 's|@MYSQL_HOST@|mysql|g' -e 's|@MYSQL_PORT@|3306|g' \
  -e 's|@MYSQL_DATABASE@|prosody|g' -e "s|@MYSQL_PASSWORD@|$password|g" \
  -e 's|@GATEWAY_PASSWORD_FILE@|/secrets/prosody/xmpp-gateway|g' \
  -e 's|@COLLECTOR_PASSWORD_FILE@|/secrets/prosody/xmpp-collector|g' -e "s|@DOMAIN@|$VIGIROUTE_XMPP_DOMAIN|g" \
  "$templates/prosody/prosody.cfg.lua" >"$secrets/prosody/prosody.cfg.lua"

# MySQL: run by its image when the data folder is new. Only that container sees this volume.
collector=$(secret mysql-collector) web=$(secret mysql-web) prosody=$(secret mysql-prosody)
sed -e "s|@COLLECTOR_PASSWORD@|$collector|g" -e "s|@WEB_PASSWORD@|$web|g" -e "s|@PROSODY_PASSWORD@|$prosody|g" \
  "$templates/mysql/accounts.sql" >/mysql-init/accounts.sql
chmod 755 /mysql-init
chmod 644 /mysql-init/accounts.sql

# The users are those of the images: see docker-compose.yml.
hand_over gateway 10001
hand_over collector 10002
hand_over web 10003
hand_over simulator 10004
hand_over prosody 10005
hand_over mosquitto 1883
hand_over bridge 1883
hand_over mysql 999
if [ -n "$account" ]; then
  secret "mqtt-$account"
  echo
else
  echo "secrets and configuration are ready"
fi

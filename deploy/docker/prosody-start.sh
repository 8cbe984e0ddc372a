#!/bin/bash
# Makes an authority of its own and a certificate signed by it at the first start, then becomes Prosody. What clients
# must trust lies in /authority; the authority's key is forgotten at once, so that nothing else can be signed with it.
set -euo pipefail
domain=${VIGIROUTE_XMPP_DOMAIN:?set the XMPP domain}

if [ ! -s /certificates/key.pem ] || [ ! -s /authority/authority.pem ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  umask 077
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=Vigiroute local authority' \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout "$work/authority-key.pem" -out "$work/authority.pem"
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$domain" \
    -keyout "$work/key.pem" -out "$work/request.pem"
  printf 'subjectAltName=DNS:%s,DNS:live.%s,DNS:pubsub.%s\nbasicConstraints=critical,CA:FALSE\n' \
    "$domain" "$domain" "$domain" >"$work/extensions"
  openssl x509 -req -in "$work/request.pem" -CA "$work/authority.pem" -CAkey "$work/authority-key.pem" \
    -days 3650 -extfile "$work/extensions" -out "$work/certificate.pem"
  install -m 644 "$work/authority.pem" /authority/authority.pem
  install -m 644 "$work/certificate.pem" /certificates/certificate.pem
  install -m 600 "$work/key.pem" /certificates/key.pem
  rm -rf "$work"
  trap - EXIT
fi

exec prosody -F --config /secrets/prosody/prosody.cfg.lua

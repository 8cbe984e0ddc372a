# Prosody with the project's modules. It makes its certificate at first start.
FROM debian:trixie-slim
RUN groupadd --system --gid 10005 prosody \
 && useradd --system --uid 10005 --gid prosody --home-dir /var/lib/prosody --no-create-home prosody \
 && apt-get update \
 && apt-get install -y --no-install-recommends prosody lua-dbi-mysql openssl \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o prosody -g prosody -m 700 /certificates /var/lib/prosody \
 && install -d -o prosody -g prosody -m 755 /authority
COPY deploy/prosody/modules /usr/local/lib/vigiroute/prosody
COPY deploy/docker/prosody-start.sh deploy/docker/ready.sh /usr/local/bin/
USER prosody
EXPOSE 5222 5280
HEALTHCHECK --interval=2s --timeout=3s --start-period=60s --retries=15 CMD ["bash", "/usr/local/bin/ready.sh", "5280", "/http-bind"]
ENTRYPOINT ["bash", "/usr/local/bin/prosody-start.sh"]

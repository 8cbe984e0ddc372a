# Draws the secrets and fills the configuration at first start, then ends.
FROM eclipse-mosquitto:2
COPY deploy/mosquitto /templates/mosquitto
COPY deploy/prosody/prosody.cfg.lua /templates/prosody/
COPY deploy/mysql /templates/mysql
COPY deploy/docker/setup.sh /setup.sh
USER root
ENTRYPOINT ["sh", "/setup.sh"]
CMD []

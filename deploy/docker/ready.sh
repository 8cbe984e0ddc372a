#!/bin/bash
# Whether the server on PORT of this container answers 200 to GET PATH. Slim images have bash, but neither curl nor wget.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
read -r _ status _ <&3
[ "$status" = 200 ]

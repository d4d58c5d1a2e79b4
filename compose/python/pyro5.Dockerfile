# Pyro5 as Debian packages it, with the tutorial's programs.
FROM debian:trixie-slim
RUN apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends python3-pyro5 python3-yaml && \
    rm -rf /var/lib/apt/lists/*
COPY --chmod=755 <<"EOF" /usr/local/bin/pyro-nsc
#!/bin/sh
# Not with settings that Pyro5 stumbles over: see advertised.py.
exec env -u PYRO_NATHOST -u PYRO_NATPORT pyro5-nsc "$@"
EOF
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY person.py play.py pyro5/ ./
USER nobody
CMD ["python3", "nameserver.py"]

# Pyro5 as Debian packages it, with the tutorial's programs.
FROM debian:trixie-slim
RUN apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends python3-pyro5 python3-yaml && \
    rm -rf /var/lib/apt/lists/* && \
    ln -s /usr/bin/pyro5-nsc /usr/local/bin/pyro-nsc
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY person.py play.py pyro5/ ./
USER nobody
CMD ["python3", "nameserver.py"]

# The portal in a container: the same two steps as on a machine, `make .venv/.run` and `make serve`.
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home portal \
    && install -d -m 700 -o portal /portal /data

USER portal
WORKDIR /portal
# The packages first: they change less often than the code.
COPY --chown=portal Makefile requirements.lock ./
RUN make .venv/.run
COPY --chown=portal . .

# No settings but those of a real installation: without its secrets the container ends and names what is missing.
ENV DJANGO_SETTINGS_MODULE=portal.settings.production PORTAL_DATA=/data PORT=8000 HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
CMD ["make", "serve"]

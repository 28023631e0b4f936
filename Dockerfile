# Two stages: the first builds everything, FAISS's native half included; the second holds only what running needs.
FROM node:24.11.0-bookworm-slim AS build
WORKDIR /app
# For faiss-node, which is compiled against Debian's library.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates g++ libfaiss-dev libopenblas-dev \
  && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY scripts ./scripts
RUN node scripts/setup.mjs --with=faiss
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps ./apps
COPY libs ./libs
RUN npm run --silent build
# Models to put into the image, for machines without a network: --build-arg MODELS="silero-vad-v5 Xenova/whisper-base"
ARG MODELS=""
COPY models.json ./
RUN mkdir -p /models \
  && if [ -n "$MODELS" ]; then MODELS_DIR=/models node dist/apps/cli/src/main.js models get $MODELS; fi
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:24.11.0-bookworm-slim
# pocketsphinx: the recogniser that needs no key; libfaiss-dev brings the library (Debian has no package without headers).
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    ca-certificates ffmpeg libfaiss-dev libgomp1 libopenblas0 pocketsphinx pocketsphinx-en-us tini \
  && rm -rf /var/lib/apt/lists/*
# What a volume that is mounted there begins with.
RUN groupadd --gid 10001 voxpersona \
  && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin voxpersona \
  && mkdir -p /data/tmp \
  && chown -R voxpersona:voxpersona /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build --chown=voxpersona:voxpersona /models /data/models
COPY catalogue ./catalogue
COPY models.json ./
# Large files pass through TMPDIR: on the volume, not in memory.
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=3000 \
  VOXPERSONA_DATA_DIR=/data \
  TMPDIR=/data/tmp
USER voxpersona
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/apps/api/src/main.js"]

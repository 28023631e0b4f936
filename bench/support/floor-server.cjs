// What no command over HTTP can do without: a Nest application with one handler, which does one INSERT and answers. Takes a
// connection string, and sends its address once it listens.
require('reflect-metadata');
const { Body, Controller, Module, Param, Patch } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { randomUUID } = require('node:crypto');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.argv[2], max: 20 });

class Details {
  async change(id, details) {
    const { rows } = await pool.query(
      'INSERT INTO bare_events (stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6) RETURNING n',
      [`recording-${id}`, null, randomUUID(), 'DetailsProvided', JSON.stringify(details), '{}'],
    );
    return { id, position: rows[0].n };
  }
}
const method = Object.getOwnPropertyDescriptor(Details.prototype, 'change');
Patch('v1/recordings/:id/details')(Details.prototype, 'change', method);
Param('id')(Details.prototype, 'change', 0);
Body()(Details.prototype, 'change', 1);
Controller()(Details);

// A Nest module is a class whose whole content is its decorator, which plain JavaScript writes beside it.
// eslint-disable-next-line @typescript-eslint/no-extraneous-class
class Floor {}
Module({ controllers: [Details] })(Floor);

async function main() {
  const app = await NestFactory.create(Floor, { logger: false });
  await app.listen(0, '127.0.0.1');
  process.send(await app.getUrl());
}

void main();

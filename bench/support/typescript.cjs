// Lets benchmarks require the TypeScript of test/support: it is compiled when it is loaded, and what it imports of the
// product is the build in dist/.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

const root = join(__dirname, '../..');
const resolve = Module._resolveFilename;

Module._resolveFilename = function (request, ...rest) {
  return resolve.call(this, placeOf(request), ...rest);
};

Module._extensions['.ts'] = (module, file) => {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'commonjs' },
  });
  module._compile(code, file);
};

function placeOf(request) {
  const [, scope, name] = /^@(voxpersona|test)\/(.+)$/.exec(request) ?? [];
  if (scope === 'voxpersona') return join(root, 'dist/libs', name, 'src');
  return scope === 'test' ? join(root, 'test/support', name) : request;
}

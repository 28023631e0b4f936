// The fake EventStoreDB of the tests, as a process of its own. Sends its connection string once it listens.
require('./typescript.cjs');
const { FakeEventStoreDb } = require('../../test/support/eventstoredb/fake-eventstoredb.ts');

void new FakeEventStoreDb().start().then((url) => process.send(url));

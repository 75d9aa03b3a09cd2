/**
 * Runs inside a new network namespace for as long as it takes to open a door in it: listens on a port of its loopback, hands the
 * listening socket to the engine, and ends when the engine has taken hold of the namespace, or is gone. Its argument is the engine's
 * process id, for whoever wonders in a list of processes.
 */
import { createServer } from 'node:net';

const server = createServer({ pauseOnConnect: true });
process.once('disconnect', () => process.exit(0));
process.once('message', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  // our own copy is closed: a connection that it took would be nobody's
  process.send({ port }, server, () => server.close());
});

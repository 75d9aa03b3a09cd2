import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { lacksOf } from './child-run/lacks.ts';
import { watched } from './child-run/watched.ts';
import { type News, type Order, toLine } from './child-run/wire.ts';
import { createEngine } from './engine.ts';
import { systemCode, UserError } from './errors.ts';
import { exitCodes } from './model/exit.ts';
import { nodePorts } from './node/ports.ts';
import { runPlan } from './run.ts';
import { exitAfter, stopOnSignals } from './signals.ts';

/**
 * The entry of an engine that is a process of its own, as the command line is: it gets its plan from whoever started it and ends as the command
 * line would. What is said between the two stands in child-run/wire.ts.
 */

/** Without anybody to wait for the end it is forced after this time. */
const ALONE_MS = 20_000;

process.once('uncaughtException', error => process.exit(explainBug(error)));
const controller = stopOnSignals();
const ports = nodePorts();
process.exitCode = await obey(await firstOrder()).catch(explainError);
process.stdin.destroy();

async function obey(order: Order): Promise<number> {
  if ('look' in order) {
    tell({ lacks: await lacksOf(order.look, ports) });
    return exitCodes.pass;
  }
  if ('stop' in order) return exitCodes.usage;
  const { run: plan, calibrated } = order;
  const engine = await createEngine(plan.project, ports);
  for (const [key, calibration] of calibrated) engine.calibrations.set(key, Promise.resolve(calibration));
  const overheard = watched(ports, plan, tell, signal => process.kill(process.pid, signal));
  const { exit } = await runPlan(plan, overheard, controller.signal, engine);
  return exitAfter(exit, controller.signal);
}

/** Later orders are wishes to stop. The end of the input is the end of whoever would read the evidence. */
function firstOrder(): Promise<Order> {
  const { promise, resolve, reject } = Promise.withResolvers<Order>();
  const lines = createInterface({ input: process.stdin });
  lines.on('line', line => {
    const order = JSON.parse(line) as Order;
    if ('stop' in order) controller.abort(order.stop);
    else resolve(order);
  });
  lines.on('close', () => {
    reject(new Error('there was no order'));
    controller.abort('the end of whoever started it');
    setTimeout(() => process.exit(exitCodes.sigkill), ALONE_MS).unref();
  });
  return promise;
}

/** Standard output is a pipe or a socket: a synchronous write is with the system before anything else happens. */
function tell(news: News): void {
  try {
    appendFileSync(1, toLine(news));
  } catch (error) {
    if (systemCode(error) !== 'EPIPE') throw error;
    // nobody is there to hear it, and the end of the input says so as well
  }
}

function explainError(error: unknown): number {
  if (!(error instanceof UserError)) return explainBug(error);
  tell({ refused: error.problems });
  return exitCodes.usage;
}

function explainBug(error: unknown): number {
  appendFileSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.bug;
}

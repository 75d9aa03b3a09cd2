// node .ci/merged.mjs SUITE SHARDS: whether the record that several machines left together is whole: every planned scenario has
// exactly one result of this nonce and this text, all are green, each shard came to its end, and the evidence is there and sealed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const [suite = '', shards = '1'] = process.argv.slice(2);
const read = path => JSON.parse(readFileSync(path, 'utf8'));
const wrong = [];

if (!existsSync(join(suite, 'plan.json'))) {
  console.error(`${suite} has no plan: nothing was proven`);
  process.exit(1);
}
const plan = read(join(suite, 'plan.json'));
const nonce = basename(resolve(suite));
if (plan.nonce !== nonce) wrong.push(`the plan is of the nonce ${plan.nonce}`);
if (plan.scenarios.length === 0) wrong.push('the plan has no scenario');
wrong.push(...plan.unreadable.map(file => `${file} could not be read`));

const names = existsSync(join(suite, 'results')) ? readdirSync(join(suite, 'results')) : [];
const results = names.map(name => ({ name, ...read(join(suite, 'results', name)) }));
const planned = new Map(plan.scenarios.map(({ id, digest }) => [id, digest]));
const found = new Map(results.map(result => [result.id, result]));
wrong.push(...[...planned.keys()].filter(id => !found.has(id)).map(id => `${id} has no result`));
for (const { name, id, nonce: of, digest, state, reason, bundle } of results) {
  if (name !== `${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`) wrong.push(`${name} is no result of ${id}`);
  if (!planned.has(id)) wrong.push(`${id} was not planned`);
  else if (planned.get(id) !== digest) wrong.push(`${id} was run with another text than planned`);
  if (of !== nonce) wrong.push(`${id} is of the nonce ${of}`);
  if (state !== 'green') wrong.push(`${id} is ${state}${reason ? `: ${reason}` : ''}`);
  if (bundle === null) continue;
  const report = join(bundle, 'report.json');
  if (!existsSync(report)) wrong.push(`${id} has lost its evidence: ${bundle}`);
  else if (read(report).nonce !== nonce) wrong.push(`${id} has the evidence of another suite`);
}
for (let shard = 1; shard <= Number(shards); shard++) {
  const end = Number(shards) === 1 ? 'ended' : `ended-${shard}-of-${shards}`;
  if (!existsSync(join(suite, end))) wrong.push(`shard ${shard} of ${shards} did not come to its end`);
}

console.log(
  [...wrong, `${planned.size} planned, ${results.length} results, ${results.filter(({ state }) => state === 'green').length} green`].join(
    '\n',
  ),
);
process.exit(wrong.length > 0 ? 1 : 0);

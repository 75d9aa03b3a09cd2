import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { lapse } from '../admission/index.ts';
import { summarize } from '../gateway/index.ts';
import { BinaryAdmission, ModelAdmission, type RecordRef } from '../model/admission.ts';
import { GatewayCounts, GatewayLine } from '../model/gateway.ts';
import type { Evidenced } from './facts.ts';
import type { BundleProblem } from './folder.ts';
import { readRecords } from './lines.ts';

const MODEL = 'backend/admission-model.json';
const BINARY = 'backend/admission-binary.json';
const GATEWAY = 'backend/gateway.jsonl';
const PROBE = 'backend/probe.json';

/** backend/gateway.jsonl as it was read. */
export interface GatewayReading {
  lines: readonly GatewayLine[];
  counts: GatewayCounts;
  problems: string[];
}

/** Reads the request log line by line; memory grows with the lines, which a run bounds. */
export function readGateway(): { push(chunk: Uint8Array): void; end(): GatewayReading } {
  const lines: GatewayLine[] = [];
  const records = readRecords(GatewayLine, line => {
    lines.push(line);
    return line.seq === lines.length ? [] : [`has seq ${line.seq} in the place of ${lines.length}`];
  });
  return { push: records.push, end: () => ({ lines, counts: summarize(lines), problems: records.end() }) };
}

const at = (artifact: string, ...problems: string[]): BundleProblem[] => problems.map(problem => ({ artifact, problem }));

/** A backend that uses a model was let in by records which the bundle has, and which say so for this backend, stage and time. */
export function checkAdmissions({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  const { admissions, backend } = facts;
  if (!admissions) return backend ? at('trace.jsonl', 'a backend was started, and nothing is said of admissions') : [];
  const started = Date.parse(bundle.report?.run_start ?? '');
  const { stage, model } = contract;
  const { id, uses_model: usesModel, uses_binary: usesBinary } = contract.backend;
  const holds = (record: { admitted_at: string; expires_at: string; stages: ModelAdmission['stages'] }) => {
    const lapsed = lapse(record, { now: started, stage });
    return lapsed ? [lapsed] : [];
  };
  const problems = [
    ...wrongStatus('binary', usesBinary, admissions.binary, backend !== null),
    ...wrongStatus('model', usesModel, admissions.model, backend !== null),
    ...(usesBinary || admissions.binary.executable === null ? [] : ['names an executable, and the backend needs no record of one']),
    ...(admissions.model.record || admissions.model.runtime_provider === null
      ? []
      : ['names a runtime provider, and no record of a model']),
  ].flatMap(problem => at('trace.jsonl', problem));

  const compare = <T>(path: string, ref: RecordRef | null, schema: z.ZodType<T>, look: (record: T) => string[]): BundleProblem[] => {
    if (isLost(path)) return [];
    const digest = bundle.digests.get(path)?.sha256;
    if (!ref) return digest === undefined ? [] : at(path, 'is there, and the trace names no record');
    if (digest !== ref.sha256) return at(path, digest === undefined ? 'is missing' : 'is not the record that the trace names');
    const parsed = schema.safeParse(asJson(bundle.texts.get(path)));
    return parsed.success ? at(path, ...look(parsed.data)) : at(path, 'is no record of its kind');
  };
  return [
    ...problems,
    ...compare(BINARY, admissions.binary.record, BinaryAdmission, record => [
      ...holds(record),
      ...(record.backend === id ? [] : [`is for the backend ${record.backend}`]),
      ...(record.sha256 === admissions.binary.executable ? [] : ['is for another executable']),
    ]),
    ...compare(MODEL, admissions.model.record, ModelAdmission, record => [
      ...holds(record),
      ...(record.backends.includes(id) ? [] : [`is not for the backend ${id}`]),
      ...(record.provider === model?.provider && record.model === model.id ? [] : ['is for another model']),
      ...(record.runtime_provider === admissions.model.runtime_provider ? [] : ['has another runtime provider']),
    ]),
  ];
}

function wrongStatus(
  what: string,
  needed: boolean,
  { status, record }: { status: string; record: RecordRef | null },
  started: boolean,
): string[] {
  const expected = record ? 'admitted' : needed ? 'not_admitted' : 'not_required';
  if (status !== expected) return [`the ${what} is ${status}, and by the records ${expected}`];
  return started && needed && !record ? [`a backend was started, and its ${what} was not admitted`] : [];
}

/** What the facts say of the gateway is what its log adds up to, and nothing went through that it lets nobody through with. */
export function checkGateway({ bundle, contract, facts, isLost }: Evidenced): BundleProblem[] {
  const { gateway, texts } = bundle;
  const expected = contract.backend.uses_model && facts.backend !== null;
  if (!expected) return facts.gateway ? at('trace.jsonl', 'tells of a gateway, and no backend with a model was started') : [];
  if (!facts.gateway)
    return facts.interrupted === null ? at('trace.jsonl', 'a backend with a model was started, and nothing is said of its gateway') : [];
  const probe = isLost(PROBE) || answersProbe(asJson(texts.get(PROBE))) ? [] : at(PROBE, 'has no answer that lets a backend start');
  if (isLost(GATEWAY)) return probe;
  if (!gateway) return [...probe, ...at(GATEWAY, 'is missing')];
  const { network: _network, refused_destinations: _refused, connections: _connections, ...counts } = facts.gateway;
  const same = isDeepStrictEqual(counts, gateway.counts);
  return [
    ...probe,
    ...at(GATEWAY, ...gateway.problems, ...(same ? [] : ['does not add up to what trace.jsonl says of it']), ...slips(bundle, contract)),
  ];
}

/** Requests that no gateway of this run would have let pass. */
function slips({ gateway, report, texts }: Evidenced['bundle'], { model }: Evidenced['contract']): string[] {
  const passed = (gateway?.lines ?? []).filter(({ refused }) => refused === null);
  const allowed = ModelAdmission.safeParse(asJson(texts.get(MODEL))).data?.limits.requests ?? Infinity;
  const [from, to] = [report?.run_start, report?.run_end].map(time => Date.parse(time ?? ''));
  const isOutside = ({ time }: GatewayLine) => !report?.freshness.clock_stepped && (Date.parse(time) < from! || Date.parse(time) > to!);
  return [
    ...(passed.some(({ asked_model: asked }) => asked !== null && asked !== model?.id) ? ['let another model through'] : []),
    ...(passed.length > allowed ? [`let ${passed.length} requests through, and ${allowed} were admitted`] : []),
    ...(passed.some(isOutside) ? ['has requests from before or after the run'] : []),
  ];
}

const Probe = z.object({ ok: z.literal(true), attempts: z.array(z.object({ shape: z.literal('content') })).length(2) });
const answersProbe = (probe: unknown): boolean => Probe.safeParse(probe).success;

function asJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}

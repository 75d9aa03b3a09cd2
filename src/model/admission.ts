import { z } from 'zod';
import { Api, Shim } from './gateway.ts';
import { Sha256, Slug, Stage } from './units.ts';

const Instant = z.iso.datetime({ offset: true }).describe('RFC 3339.');
const Line = z.string().min(1).max(500);

/** What every admission record says of itself (SPEC section 10): who, when, until when, and that it promotes nothing. */
const shared = {
  admitted_by: Line.describe('Who admitted it.'),
  admitted_at: Instant.describe('When; a record of the future admits nothing.'),
  expires_at: Instant.describe('From this instant on it admits nothing.'),
  stages: z.array(Stage).min(1).describe('Stages for which it holds, each by itself.'),
  core_promotion_status: z.literal('not-promoted').describe('An admission is no promotion.'),
  notice: Line.describe('What it does not authorize.'),
};

/**
 * How the harness reaches the provider: `local` an endpoint that is given at run time, `api_key` an endpoint with a key, `auth_bridge` an
 * endpoint that holds a login which the backend itself cannot use (the auth gap of openai-codex, CTO-WORK-028).
 */
export const Connection = z.enum(['local', 'api_key', 'auth_bridge']);
export type Connection = z.output<typeof Connection>;

/** `admissions/models/CTO-CASE-MODEL-PROVIDER-ADMISSION.<provider>-<model>.json` (CTO-WORK-018, SPEC section 9). */
export const ModelAdmission = z
  .strictObject({
    schema: z.literal('proofgate/model-admission/1').describe('Version of this document.'),
    provider: Line.describe('The provider, as CTO_HARNESS_CASE_MODEL_PROVIDER names it.'),
    model: Line.describe('The model, as CTO_HARNESS_CASE_MODEL names it.'),
    ...shared,
    backends: z.array(Slug).min(1).describe('Backends that may talk to it.'),
    connection: Connection.describe('How the harness reaches it; the address itself is given at run time and recorded nowhere.'),
    api: Api.describe('The wire protocol.'),
    runtime_provider: Slug.describe('What the provider is called inside the backend; never the identity of the admission.'),
    response_shape: z
      .strictObject({
        content: z.literal('required').describe('An answer without content is no answer.'),
        probe_max_tokens: z.int().min(1024).max(65_536).describe('Budget of the probe; a smaller one makes a good model look broken.'),
        shim: Shim.describe('What is done about an answer that only reasons.'),
      })
      .describe('What an answer must look like.'),
    context_window: z.int().positive().describe('Tokens.'),
    max_tokens: z.int().positive().describe('Tokens of one answer.'),
    limits: z
      .strictObject({
        requests: z.int().positive().describe('Requests of one run.'),
        tokens: z.int().positive().describe('Tokens of one run, in and out.'),
      })
      .describe('What one run may use.'),
  })
  .meta({
    id: 'model-admission',
    title: 'Model admission',
    description: 'That a model may be used, by which backends, at which stages, until when.',
  });
export type ModelAdmission = z.output<typeof ModelAdmission>;

/** `admissions/binaries/<backend>-<name>-<first 12 of the digest>.json` (CTO-WORK-015, SPEC section 9). */
export const BinaryAdmission = z
  .strictObject({
    schema: z.literal('proofgate/binary-admission/1').describe('Version of this document.'),
    backend: Slug.describe('The backend that starts it.'),
    name: Line.describe('File name of the executable.'),
    version: Line.nullable().describe('What it says of itself; null: nothing.'),
    sha256: Sha256.describe('Of the executable; another digest is not admitted.'),
    bytes: z.int().positive().describe('Size.'),
    source: z.strictObject({ url: Line.describe('Where its source is.'), commit: Line.describe('The commit that it was built from.') }),
    built_by: Line.describe('The command that built it, and on what.'),
    ...shared,
  })
  .meta({ id: 'binary-admission', title: 'Binary admission', description: 'That an executable may be started, by its digest.' });
export type BinaryAdmission = z.output<typeof BinaryAdmission>;

/** A record as a run refers to it; the bundle has a copy. */
const RecordRef = z.strictObject({
  file: z.string().describe('File name of the record.'),
  sha256: Sha256.describe('Of the record, and of its copy in the bundle.'),
  expires_at: z.string(),
});

export const AdmissionStatus = z.enum(['admitted', 'not_admitted', 'not_required']);
export type AdmissionStatus = z.output<typeof AdmissionStatus>;

/** What preflight found in the records. */
export const AdmissionFacts = z.strictObject({
  binary: z.strictObject({ status: AdmissionStatus, record: RecordRef.nullable(), executable: Sha256.nullable() }),
  model: z.strictObject({ status: AdmissionStatus, record: RecordRef.nullable(), runtime_provider: z.string().nullable() }),
});
export type AdmissionFacts = z.output<typeof AdmissionFacts>;
export type RecordRef = z.output<typeof RecordRef>;

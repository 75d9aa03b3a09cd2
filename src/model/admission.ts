import { z } from 'zod';
import { Api, Shim } from './gateway.ts';
import { CommitId, Sha256, Slug, Stage } from './units.ts';

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

/** What may be done with an admitted source, each including the one before. */
export const executionModes = ['read_only', 'workspace_copy', 'sandbox_remote'] as const;
export const ExecutionMode = z.enum(executionModes);
export type ExecutionMode = z.output<typeof ExecutionMode>;

/** `admissions/sources/<id>.json` (CTO-WORK-005, SPEC section 10). */
export const SourceAdmission = z
  .strictObject({
    schema: z.literal('proofgate/source-admission/1').describe('Version of this document.'),
    id: Slug.describe('What a task calls it, and the name of this file.'),
    previous_id: Slug.nullable().describe('Id of the record that this one takes the place of; null: it is the first.'),
    url: Line.describe('Where the source is from.'),
    commit: CommitId.describe('The commit that is used, and no other.'),
    tag: Line.nullable().describe('The tag that led to it; null: none did.'),
    license_note: Line.describe('Under which licence it may be used, and how that was found out.'),
    retrieved_at: Instant.describe('When it was retrieved.'),
    retrieval_command: Line.describe('The command that retrieved it.'),
    integrity: z
      .strictObject({
        kind: z.literal('git_bundle'),
        path: z
          .string()
          .regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))(?!.*\\)(?!.*\0).+$/, 'must be relative to the project, with / and without ..')
          .describe('The git bundle file, relative to the project.'),
        bytes: z.int().positive().describe('Its size.'),
        sha256: Sha256.describe('Of the file; any other digest is not admitted.'),
      })
      .describe('What is used in the place of the network.'),
    execution_mode: ExecutionMode.describe(
      '`read_only`: nothing may run in it; `workspace_copy`: agents and tests work on a copy; `sandbox_remote`: also a disposable remote may be made of it.',
    ),
    protected_boundary: Line.describe('What of the original must not change, whatever is done with the copy.'),
    ...shared,
  })
  .refine(({ id, previous_id }) => id !== previous_id, { path: ['previous_id'], message: 'an update has an id of its own' })
  .meta({
    id: 'source-admission',
    title: 'Source admission',
    description: 'That the files of somebody may become a workspace: which commit, under which licence, and for what.',
  });
export type SourceAdmission = z.output<typeof SourceAdmission>;

/** `admissions/owned/<id>.json`: an owner says that a repository of his may get branches at stage 5 (SPEC section 10). */
export const OwnedRepository = z
  .strictObject({
    schema: z.literal('proofgate/owned-repository/1').describe('Version of this document.'),
    id: Slug.describe('What a task calls it, and the name of this file.'),
    path: z.string().min(1).max(500).describe('Its folder, relative to the project; `.` is the project itself.'),
    root_commit: CommitId.describe('The commit that it begins with: whatever else stands at the path is another repository.'),
    branch: Line.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'must be the name of a branch').describe(
      'Its main branch, which a workspace is a copy of, and which never moves.',
    ),
    owner: Line.describe('Who owns it, and declares this.'),
    noncritical: z.literal(true).describe('Nothing depends on it that a wrong branch could hurt.'),
    scope: Line.describe('What a run may do: put a branch there, for somebody to look at.'),
    ...shared,
  })
  .meta({
    id: 'owned-repository',
    title: 'Owned repository',
    description: 'That a repository may get a branch with a proven change, by the word of its owner.',
  });
export type OwnedRepository = z.output<typeof OwnedRepository>;

/** A record as a run refers to it; the bundle has a copy. */
export const RecordRef = z.strictObject({
  file: z.string().describe('File name of the record.'),
  sha256: Sha256.describe('Of the record, and of its copy in the bundle.'),
  expires_at: z.string(),
});

export type RecordRef = z.output<typeof RecordRef>;

export const AdmissionStatus = z.enum(['admitted', 'not_admitted', 'not_required']);
export type AdmissionStatus = z.output<typeof AdmissionStatus>;

/** What preflight found in the records. */
export const AdmissionFacts = z.strictObject({
  comparison: RecordRef.nullable().describe('The comparison that a run of stage 6 starts from; null at every other stage.'),
  binary: z.strictObject({ status: AdmissionStatus, record: RecordRef.nullable(), executable: Sha256.nullable() }),
  source: z.strictObject({ status: AdmissionStatus, record: RecordRef.nullable() }),
  model: z.strictObject({ status: AdmissionStatus, record: RecordRef.nullable(), runtime_provider: z.string().nullable() }),
});
export type AdmissionFacts = z.output<typeof AdmissionFacts>;

import type { Read } from '../admission/index.ts';
import type { OwnedRepository, SourceAdmission } from '../model/admission.ts';
import type { SourceFacts } from '../model/source.ts';
import type { OwnedRepo } from './repository.ts';

/** The source of a workspace as a run found it. */
export interface Source {
  facts: SourceFacts;
  record: Read<SourceAdmission> | Read<OwnedRepository> | null;
  /** Absolute paths of the original that must not change while a run goes on. */
  guarded: readonly string[];
  /** A bare repository of the harness's own that has the commit; null where the source was not obtained. */
  gitDir: string | null;
  /** The owner's repository, and the branch that the workspace is a copy of; null where the source is no repository of an owner. */
  owned: { repo: OwnedRepo; branch: string; look(): Promise<string> } | null;
  /** What its owner has not committed. */
  dirty: readonly string[];
  /** The digest of the original as it is now; absent where it was not looked at. */
  look?: () => Promise<string>;
}

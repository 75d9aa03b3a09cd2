import type { Bundle } from '../evidence/index.ts';
import type { Admitted } from '../preflight/index.ts';

/** Artifacts of step 3, where there was something to keep. */
export const preflightArtifacts = [
  'comparison.json',
  'source-admission.json',
  'backend/admission-binary.json',
  'backend/admission-model.json',
  'backend/probe.json',
] as const;

/** Copies of the records that admitted something, and what the probe saw. @returns their digests by path */
export async function keepRecords(
  { binary, model, source, comparison, probe }: Admitted,
  bundle: Bundle,
): Promise<Record<string, string | null>> {
  const digests: Record<string, string | null> = {};
  const keep = async (path: string, text: string | undefined) => {
    if (text !== undefined) digests[path] = await bundle.write(path, text);
  };
  await keep('comparison.json', comparison?.text);
  await keep('source-admission.json', source?.text);
  await keep('backend/admission-binary.json', binary?.text);
  await keep('backend/admission-model.json', model?.text);
  await keep('backend/probe.json', probe === null ? undefined : `${JSON.stringify(probe, null, 2)}\n`);
  return digests;
}

import type { ModelAccess } from './backend.ts';

/** Name of the variable in which Codex finds the token of the run; what it starts itself does not get it. */
export const TOKEN = 'PROOFGATE_MODEL_KEY';

/**
 * config.toml: the one provider and the one model that there are, and nothing that asks anybody else. `--strict-config` refuses a key that
 * a version does not know, so that a setting which was dropped is an error and not a default. Seen with 0.169.0: without
 * `unbounded_connection_retries = false` a refused connection is asked for for ever, without the switches for plugins and apps it looks up
 * a host of its vendor, and a login shell would put another Node first. AGENTS.md, skills and settings of a workspace are not read.
 */
export function configToml({ baseUrl, model }: Pick<ModelAccess, 'baseUrl' | 'model'>): string {
  const { model: id, runtime_provider: name, context_window: contextWindow } = model;
  return `${[
    `model = ${text(id)}`,
    'model_provider = "proofgate"',
    `model_context_window = ${contextWindow}`,
    'approval_policy = "never"',
    'sandbox_mode = "workspace-write"',
    'web_search = "disabled"',
    'allow_login_shell = false',
    'project_doc_max_bytes = 0',
    'check_for_update_on_startup = false',
    '[model_providers.proofgate]',
    `name = ${text(name)}`,
    `base_url = ${text(baseUrl)}`,
    `env_key = "${TOKEN}"`,
    'wire_api = "responses"',
    'request_max_retries = 0',
    'stream_max_retries = 0',
    'supports_websockets = false',
    '[sandbox_workspace_write]',
    'network_access = false',
    'exclude_slash_tmp = true',
    '[shell_environment_policy]',
    `exclude = ["${TOKEN}"]`,
    '[features]',
    ...['apps', 'goals', 'hooks', 'plugins', 'remote_plugin', 'unbounded_connection_retries'].map(one => `${one} = false`),
    '[agents]',
    'enabled = false',
    '[skills]',
    'include_instructions = false',
    '[skills.bundled]',
    'enabled = false',
    '[analytics]',
    'enabled = false',
    '[feedback]',
    'enabled = false',
    '[otel]',
    'exporter = "none"',
    '[history]',
    'persistence = "none"',
  ].join('\n')}\n`;
}

/** A string of TOML: what JSON writes is one of its basic strings, DEL apart. */
const text = (value: string) => JSON.stringify(value).replaceAll('\u007f', String.raw`\u007f`);

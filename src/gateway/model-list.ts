import type { Api } from '../model/gateway.ts';

/** The list of models as each vendor's SDK expects it: the admitted one. A client that asks for it asks no provider, so the log has no line of it. */
export const modelList = (api: Api, id: string): object =>
  api === 'anthropic-messages'
    ? { data: [{ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' }], has_more: false, first_id: id, last_id: id }
    : { object: 'list', data: [{ id, object: 'model', created: 0, owned_by: 'proofgate' }] };

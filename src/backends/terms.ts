import type { Backend } from './backend.ts';

/** What the kind of a backend fixes. */
export const termsOfBackend = ({ usesModel, binary, ownState }: Pick<Backend, 'usesModel' | 'binary' | 'ownState'>) => ({
  uses_model: usesModel,
  uses_binary: binary !== undefined,
  own_state: [...ownState],
});

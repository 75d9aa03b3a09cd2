import type { Path } from '../model/json.ts';
import { listsOf, misfitsOf, type Role, roles } from '../scripted/script.ts';
import { addressVariables } from './provider.ts';
import { backendOf } from './scenario.ts';
import type { ScenarioSpec } from './schema.ts';

interface Said {
  path: Path;
  message: string;
  hint: string;
}

/** Roles in which a backend asks a model; one that is not here asks none. A test holds this and `backends/` together. */
export const rolesOfBackend: Readonly<Record<string, readonly Role[]>> = {
  case: roles,
  pi: ['probe', 'implementer'],
  codex: ['probe', 'implementer'],
};

/** What is said of the model and its provider, and has nobody to say it to. */
export function modelMistakes(spec: ScenarioSpec): Said[] {
  const ofCommand = spec.do === 'cli' && spec.model?.runtime_provider !== undefined;
  const path = ['model', 'runtime_provider'];
  const nameless = { path, message: 'model.runtime_provider: has no meaning for do: cli', hint: 'the record of the model says it' };
  return [...(ofCommand ? [nameless] : []), ...scriptMistakes(spec), ...providerMistakes(spec)];
}

function scriptMistakes(spec: ScenarioSpec): Said[] {
  const { do: does, model } = spec;
  const script = model?.script;
  if (!script) return [];
  const at = (path: Path, message: string, hint: string): Said => ({
    path: ['model', 'script', ...path],
    message: `${where(path)}: ${message}`,
    hint,
  });
  const misfits = misfitsOf(script).map(({ path, message, hint }) => at(path, message, hint));
  // which backend a command line starts is for its arguments to say
  if (does === 'cli') return misfits;
  const { id } = backendOf(spec);
  const known = rolesOfBackend[id];
  if (!known)
    return [at([], `has no meaning for the backend ${id}, which asks no model`, 'leave it out, or take the backend case, pi or codex')];
  const lists = listsOf(script);
  const silent = !lists.implementer && !lists.probe;
  return [
    ...misfits,
    ...roles
      .filter(role => lists[role] && !known.includes(role))
      .map(role => at([role], `has no meaning for the backend ${id}`, `Roles of ${id}: ${known.join(', ')}.`)),
    ...(silent
      ? [at([], 'says nothing to the implementer', 'add implementer: [{apply: oracle}, {text: done}], or what else it gets')]
      : []),
  ];
}

const where = (path: Path) => ['model', 'script', ...path].join('.');

function providerMistakes({ given, env = {}, model }: ScenarioSpec): Said[] {
  const provider = given?.provider;
  if (!provider) return [];
  const path = ['given', 'provider'];
  const contradicted = (['base_url', 'auth_bridge'] as const)
    .filter(key => provider[key] === 'absent')
    .flatMap(key => {
      const name = addressVariables[key].find(one => env[one] !== undefined);
      return name === undefined
        ? []
        : [{ path: [...path, key], message: `given.provider.${key}: env sets ${name}`, hint: 'leave one of the two out' }];
    });
  return [
    ...(model ? [] : [{ path, message: 'given.provider: there is no model', hint: 'add model: {provider: …, id: …}' }]),
    ...(model && provider.auth_bridge === 'proven' && !model.script && env[addressVariables.auth_bridge[0]] === undefined
      ? [
          {
            path: [...path, 'auth_bridge'],
            message: 'given.provider.auth_bridge: nothing is there to be the bridge',
            hint: 'add model.script',
          },
        ]
      : []),
    ...contradicted,
  ];
}

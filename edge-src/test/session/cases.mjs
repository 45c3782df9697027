// All cases of the session function, each named by its area; `written` leaves out those made from the shared vectors.
import { cases as clients } from './cases/clients.mjs';
import { cases as context } from './cases/context.mjs';
import { cases as entrance } from './cases/entrance.mjs';
import { cases as headers } from './cases/headers.mjs';
import { cases as machine } from './cases/machine.mjs';
import { cases as origin } from './cases/origin.mjs';
import { cases as policy } from './cases/policy.mjs';
import { cases as session } from './cases/session.mjs';
import { cases as vectors } from './cases/vectors.mjs';

const named = (areas) => Object.entries(areas).flatMap(([area, list]) => list.map((one) => ({ ...one, name: `${area}: ${one.name}` })));

export const written = named({ entrance, clients, headers, session, policy, context, machine, origin });
export const all = [...written, ...named({ vectors })];

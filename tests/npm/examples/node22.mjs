// A Node that the newest tools ask for.

import { node } from "../consumers/node/nodes.mjs";

/** Its program, if it is here. */
export const node22 = await node(22).then(({ path }) => path, () => undefined);

/** For a test's options: why it is left out, where Node 22 is not here. */
export const withNode22 = { skip: node22 === undefined && "Node 22 is not here" };

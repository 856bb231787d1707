/**
 * What a page adds to its database or store to be hydrated and rendered by Preact.
 *
 * @module
 */
export { hydrate } from "../../ssr/hydrate.ts";
export { Provider, useLive, useRow, useStoreRef, useValue } from "../../ui/preact.ts";

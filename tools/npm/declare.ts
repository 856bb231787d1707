import ts from "typescript";
import { installPackages } from "../bundle/install_packages.ts";
import { versionsOf } from "../bundle/peer_packages.ts";
import type { Files } from "./compile.ts";
import { ENTRIES, placeOf, ROOT } from "./layout.ts";

/** Packages that sources import types of; those of Node aren't in the import map, as Deno brings them. */
const TYPED = ["@preact/signals-core", "@types/react", "preact"];
const NODE_TYPES = { "@types/node": "^20" };
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)"(\.{1,2}\/[^"]+)\.ts"/g;
/** The type of a browser that those of Node lack; it becomes one with that of the library where there is one. */
const GLOBALS = `interface Storage {
  readonly length: number;
  clear(): void;
  getItem(key: string): string | null;
  key(index: number): string | null;
  removeItem(key: string): void;
  setItem(key: string, value: string): void;
}
`;
const NAMES_GLOBAL = /\bStorage\b/;
const GLOBALS_PLACE = "esm/globals.d.ts";
/** Names that a program knows only if it asks for the library that has them. */
const DISPOSABLE = /\b(?:Async)?Disposable\b|\bSymbol\.(?:asyncDispose|dispose)\b/;

/**
 * The declarations that entry points show, by TypeScript itself.
 *
 * @throws {TypeError} When TypeScript finds an error in a source.
 */
export async function declareModules(): Promise<Files> {
  await using packages = await installPackages({ ...versionsOf(TYPED), ...NODE_TYPES });
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
    types: ["node"],
    typeRoots: [`${packages.folder}/node_modules/@types`],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: ROOT,
    outDir: ROOT,
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const inside = from.startsWith(ROOT) && !text.startsWith(".");
      const place = inside ? `${packages.folder}/program.ts` : from;
      return ts.resolveModuleName(text, place, options, host);
    });
  const program = ts.createProgram(
    Array.from(ENTRIES.values(), (path) => ROOT + path),
    options,
    host,
  );
  const emitted: Files = new Map();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    emitted.set(placeOf(`${path.slice(ROOT.length, -".d.ts".length)}.ts`, ".d.ts"), text);
  });
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length > 0) {
    const found = ts.formatDiagnostics(problems, { ...host, getCurrentDirectory: () => ROOT });
    throw new TypeError(`Cannot declare the package as its sources have no error: ${found.trim()}`);
  }
  return shown(emitted);
}

/** Those that entry points lead to, as a program of another package reads them. */
function shown(emitted: Files): Files {
  const files: Files = new Map([[GLOBALS_PLACE, GLOBALS]]);
  const queue = Array.from(ENTRIES.values(), (source) => placeOf(source, ".d.ts"));
  for (const place of queue) {
    const text = emitted.get(place);
    if (text === undefined || files.has(place)) continue;
    files.set(place, referencesOf(place, text) + text.replaceAll(SPECIFIER, '$1"$2.js"'));
    for (const [, , path] of text.matchAll(SPECIFIER)) {
      queue.push(new URL(`${path}.d.ts`, `file:///${place}`).pathname.slice(1));
    }
  }
  return files;
}

/** What a program has to know before it reads a declaration. */
function referencesOf(place: string, text: string): string {
  const up = "../".repeat(place.split("/").length - GLOBALS_PLACE.split("/").length);
  const globals = `/// <reference path="${up || "./"}globals.d.ts" />\n`;
  return (DISPOSABLE.test(text) ? '/// <reference lib="esnext.disposable" />\n' : "") +
    (NAMES_GLOBAL.test(text) ? globals : "");
}

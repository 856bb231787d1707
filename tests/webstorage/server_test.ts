import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Area, openArea } from "../../webstorage/area.ts";
import { isServer } from "../../webstorage/platform.ts";
import { setScopeSource } from "../../webstorage/scope.ts";
import { type WebStorage, webstorage } from "../../webstorage/mod.ts";

/** Runs `fn` where touching the storage of the process is an error. */
function guarded(fn: () => void): void {
  const names = ["localStorage", "sessionStorage"] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  for (const name of names) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        throw new Error(`${name} was touched`);
      },
    });
  }
  try {
    fn();
  } finally {
    setScopeSource(undefined);
    names.forEach((name, i) => Object.defineProperty(globalThis, name, before[i] ?? {}));
  }
}

/** Every method and property. */
const USES: readonly ((page: WebStorage) => unknown)[] = [
  (page) => page.get("a"),
  (page) => page.set("a", 1),
  (page) => page.has("a"),
  (page) => page.delete("a"),
  (page) => page.clear(),
  (page) => page.keys(),
  (page) => page.entries(),
  (page) => page.update("a", () => 1),
  (page) => page.subscribe("a", () => {}),
  (page) => page.signal("a"),
  (page) => page.getItem("a"),
  (page) => page.setItem("a", ""),
  (page) => page.removeItem("a"),
];

Deno.test("this is a server", () => {
  assert(isServer());
});

Deno.test("isServer() tells pages and workers from servers by what they have", () => {
  const location = { href: "https://example.com/" };
  const browsers = [
    { location },
    { location, process: {} },
    { location, process: { versions: {} } }, // as bundlers stand in for it
    { location, process: { versions: { node: "22.0.0" }, type: "renderer" } }, // Electron
    { location, Deno: {} },
  ];
  const servers = [
    {}, // at the edge
    { Deno: { version: { deno: "2.0.0" } } },
    { location, Deno: { version: { deno: "2.0.0" } } }, // --location
    { process: { versions: { node: "22.0.0" } } },
    { location, process: { versions: { node: "22.0.0" } } }, // a DOM for tests
    { location, process: { versions: { node: "22.0.0", bun: "1.0.0" } } },
  ];
  for (const globals of browsers) assertEquals(isServer(globals), false);
  for (const globals of servers) assertEquals(isServer(globals), true);
});

Deno.test("on a server nothing works outside a scope, and nothing is touched", () => {
  guarded(() => {
    for (const kind of ["local", "session"] as const) {
      const page = webstorage(kind, { namespace: "n" });
      for (const source of [undefined, () => undefined]) {
        setScopeSource(source);
        for (const use of USES) {
          assertThrows(
            () => use(page),
            TypeError,
            `Cannot use web storage "${kind}" on a server as it belongs to a request`,
          );
        }
      }
      assertEquals([page.kind, page.persistent], ["request", false]);
      page.onDegraded(() => {
        throw new Error("it is what it is");
      })();
    }
    assertThrows(() => webstorage("local", { ttlMs: NaN }), RangeError);
    const memory = webstorage("memory");
    memory.set("a", 1);
    assertEquals([memory.get("a"), memory.kind], [1, "memory"]);
  });
});

Deno.test("on a server each request has areas of its own, for one constant of a module", () => {
  guarded(() => {
    const local = webstorage("local", { ttlMs: 1_000 });
    const session = webstorage("session");
    const requests = [1, 2].map(() => ({
      local: openArea("request"),
      session: openArea("request"),
    }));
    let current: Record<"local" | "session", Area> | undefined;
    setScopeSource((kind) => current?.[kind]);
    requests.forEach((request, i) => {
      current = request;
      assertEquals([local.keys(), session.keys()], [[], []]);
      local.set("user", i);
      session.update<number>("n", (n = i) => n + 10);
      assertEquals([local.kind, local.persistent], ["request", false]);
    });
    const [first, second] = requests;
    current = first;
    assertEquals([local.get("user"), session.entries()], [0, [["n", 10]]]);
    const signal = local.signal("user");
    const heard: unknown[] = [];
    local.subscribe("user", (value) => heard.push(value));
    current = second;
    local.set("user", "secret");
    assertEquals([signal.value, heard, local.get("user")], [0, [], "secret"]);
    current = first;
    local.set("user", "own");
    assertEquals([signal.value, heard], ["own", ["own"]]);
    current = undefined;
    assertEquals(signal.value, "own");
    for (const use of USES) assertThrows(() => use(local), TypeError);
  });
});

Deno.test("on a server a scope that has ended says so itself", () => {
  guarded(() => {
    setScopeSource(() => {
      throw new TypeError("Cannot use the scope as the response has ended: it has");
    });
    assertThrows(() => webstorage("local").get("a"), TypeError, "the response has ended");
  });
});

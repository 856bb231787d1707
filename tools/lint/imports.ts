/** One place in a file that names another module. */
export interface Import {
  readonly node: Deno.lint.Node;
  readonly specifier: string;
  /** Written `import(...)` as an expression, so loaded only when that runs. */
  readonly dynamic: boolean;
}

/**
 * A visitor that reports every import of a file: declarations, re-exports, `import()`
 * expressions and types. An `import()` of a computed name is left out: nothing is known of it.
 */
export function visitImports(found: (entry: Import) => void): Deno.lint.LintVisitor {
  const declared = (node: { source: Deno.lint.StringLiteral | null }): void => {
    if (node.source) found({ node: node.source, specifier: node.source.value, dynamic: false });
  };
  return {
    ImportDeclaration: declared,
    ExportNamedDeclaration: declared,
    ExportAllDeclaration: declared,
    ImportExpression({ source }) {
      const specifier = literalText(source);
      if (specifier !== undefined) found({ node: source, specifier, dynamic: true });
    },
    TSImportType({ argument }) {
      if (argument.type !== "TSLiteralType") return;
      const specifier = literalText(argument.literal);
      if (specifier !== undefined) found({ node: argument, specifier, dynamic: false });
    },
  };
}

/** Whether `specifier` names a file beside the importing one, not a package. */
export function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

function literalText(node: Deno.lint.Node): string | undefined {
  return node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useExplorer } from "./explorer.ts";

interface EditCellProps {
  /** What it is, for those who don't see the table. */
  readonly label: string;
  readonly text: string;
  readonly shown: string;
  readonly isNumber?: boolean;
  /** Throws or rejects when the text can't be saved. */
  readonly onSave: (text: string) => Promise<void>;
}

/** A value that becomes a field when it is pressed: Enter saves, Escape leaves it as it was. */
export function EditCell(props: EditCellProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { opened, seed } = useExplorer();
  const close = (): void => {
    setOpen(false);
    // The button is back after the next rendering.
    requestAnimationFrame(() => button.current?.focus());
  };
  if (isOpen) return <Field {...props} onClose={close} />;
  return (
    <button
      ref={button}
      type="button"
      class="value"
      title="Edit"
      disabled={!opened.value || !seed.value}
      aria-label={`${props.label}: ${props.shown}, edit`}
      onClick={() => setOpen(true)}
    >
      {props.shown}
    </button>
  );
}

function Field(
  { label, text, isNumber, onSave, onClose }: EditCellProps & { onClose: () => void },
): JSX.Element {
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  const save = async (): Promise<void> => {
    const wanted = input.current?.value ?? text;
    try {
      if (wanted !== text) await onSave(wanted);
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : `${error}`);
    }
  };
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input
        ref={input}
        aria-label={label}
        aria-invalid={problem !== ""}
        defaultValue={text}
        inputMode={isNumber ? "numeric" : "text"}
        onKeyDown={({ key }) => key === "Escape" && onClose()}
      />
      <span class="problem" role="alert">{problem}</span>
    </form>
  );
}

/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Database } from "@strata/data";
import { useRow } from "@strata/data/ui/preact";
import { pictures } from "../schema.ts";
import { useExplorer } from "./explorer.ts";
import { MAX_BYTES, pictureUrl, putPicture } from "./picture_blobs.ts";

interface PictureProps {
  readonly city: number;
  readonly name: string;
}

/** The picture of a city, or a place to put one; it is the browser's own. */
export function Picture(props: PictureProps): JSX.Element | null {
  const database = useExplorer().opened.value;
  return database ? <OwnPicture {...props} database={database} /> : null;
}

function OwnPicture({ city, name, database }: PictureProps & { database: Database }): JSX.Element {
  const [problem, setProblem] = useState("");
  const url = usePicture(database, city);
  const put = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    try {
      await putPicture(database, city, file);
      setProblem("");
    } catch {
      setProblem(`A picture has ${MAX_BYTES / 1e6} MB at most`);
    }
  };
  return (
    <label class="picture">
      {url ? <img src={url} alt={`Your picture of ${name}`} /> : <span>Add a picture</span>}
      <input
        class="unseen"
        type="file"
        accept="image/*"
        aria-label={`Picture of ${name}`}
        onChange={({ currentTarget }) => void put(currentTarget.files?.[0])}
      />
      <span class="problem" role="alert">{problem}</span>
    </label>
  );
}

/** An address for the picture that the row names, also when another tab has put it. */
function usePicture(database: Database, city: number): string | undefined {
  const etag = useRow(pictures, city, database).value?.etag;
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let isOver = false;
    const show = async (): Promise<void> => {
      const found = etag === undefined ? undefined : await pictureUrl(database, city);
      if (!isOver) setUrl(made = found);
      else if (found) URL.revokeObjectURL(found);
    };
    void show();
    return () => {
      isOver = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [database, city, etag]);
  return url;
}

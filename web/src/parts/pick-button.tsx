// A button that opens the file dialog and searches with what is chosen.
import { useQueryClient } from '@tanstack/react-query';
import { useRef, type ChangeEvent } from 'react';
import { searchWithFiles } from '../upload';

interface Props {
  readonly wanted: string | null;
  readonly label: string;
}

export function PickButton({ wanted, label }: Props) {
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.target.files ?? [])];
    if (files.length > 0) void searchWithFiles(client, wanted, files);
  };
  return (
    <>
      <button type="button" className="button strong" onClick={() => input.current?.click()}>
        {label}
      </button>
      <input ref={input} type="file" accept="image/*" hidden onChange={chosen} />
    </>
  );
}

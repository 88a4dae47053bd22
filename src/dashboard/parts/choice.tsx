import { useId } from "preact/hooks";

interface ChoiceProps<T extends string> {
  /** What is chosen, for screen readers. */
  readonly name: string;
  readonly options: readonly (readonly [value: T, words: string])[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of a few, side by side. Radio buttons, so that arrow keys work as everywhere. */
export function Choice<T extends string>({ name, options, value, onChange }: ChoiceProps<T>) {
  const group = useId();
  return (
    <fieldset class="choice">
      <legend class="hidden-words">{name}</legend>
      {options.map(([option, words]) => (
        <label key={option} class={option === value ? "chosen" : ""}>
          <input type="radio" name={group} checked={option === value} onChange={() => onChange(option)} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

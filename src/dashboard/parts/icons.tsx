import type { ComponentChildren } from "preact";
import type { Tone } from "../words.ts";

/** The sign of a tone. It only repeats what the words beside it say, so it is hidden from screen readers. */
export function ToneIcon({ tone }: { tone: Tone }) {
  return (
    <Icon className={`tone-icon tone-${tone}`}>
      <ToneShape tone={tone} />
    </Icon>
  );
}

function ToneShape({ tone }: { tone: Tone }) {
  switch (tone) {
    case "running":
      return (
        <>
          <circle cx="8" cy="8" r="6" opacity="0.25" />
          <path class="spin" d="M8 2a6 6 0 0 1 6 6" />
        </>
      );
    case "person":
      return (
        <>
          <circle cx="8" cy="8" r="6.25" />
          <circle cx="8" cy="8" r="2.5" fill="currentColor" stroke="none" />
        </>
      );
    case "done":
      return (
        <>
          <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />
          <path class="knock-out" d="m5 8.2 2.1 2.1L11 6.2" />
        </>
      );
    case "failed":
      return (
        <>
          <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />
          <path class="knock-out" d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" />
        </>
      );
    case "parked":
      return (
        <>
          <circle cx="8" cy="8" r="6.25" />
          <path d="M6.4 5.8v4.4m3.2-4.4v4.4" />
        </>
      );
    case "canceled":
      return (
        <>
          <circle cx="8" cy="8" r="6.25" />
          <path d="m3.8 12.2 8.4-8.4" />
        </>
      );
    case "retry":
      return <path d="M13.5 8A5.5 5.5 0 1 1 11.9 4.1L13.5 5.7M13.5 2.4v3.3h-3.3" />;
    default:
      return <circle cx="8" cy="8" r="6.25" stroke-dasharray="2.2 1.9" />;
  }
}

const SHAPES = {
  search: "M11 11l3 3M12.2 7.1a5.1 5.1 0 1 1-10.2 0 5.1 5.1 0 0 1 10.2 0Z",
  pause: "M5.5 3.5v9m5-9v9",
  play: "M5 3.2v9.6L12.6 8 5 3.2Z",
  refresh: "M13.5 8A5.5 5.5 0 1 1 11.9 4.1L13.5 5.7M13.5 2.4v3.3h-3.3",
  help: "M6 6.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4v.2M8 12v.1",
  chevron: "m6 4 4 4-4 4",
  back: "m10 4-4 4 4 4",
  copy: "M6 6V3.5A1.5 1.5 0 0 1 7.5 2h5A1.5 1.5 0 0 1 14 3.5v5a1.5 1.5 0 0 1-1.5 1.5H10M3.5 6h5A1.5 1.5 0 0 1 10 7.5v5A1.5 1.5 0 0 1 8.5 14h-5A1.5 1.5 0 0 1 2 12.5v-5A1.5 1.5 0 0 1 3.5 6Z",
  branch:
    "M4.5 5.5v5m0-5a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Zm0 5a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4Zm7-5a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Zm0 0c0 3-4 2.5-6.3 4.8",
  check: "m3.5 8.5 3 3 6-7",
  cross: "m4 4 8 8m0-8-8 8",
  offline:
    "M2 2l12 12M4.6 9.4a5 5 0 0 1 2-1.2M2.3 6.7a8.4 8.4 0 0 1 2.5-1.6m3.2-.6c2.2 0 4.2.8 5.7 2.2m-3.3 2.5c.4.2.7.5 1 .8M8 12.5v.1",
} as const;

/** A sign on a button or beside a word that says the same. */
export function Sign({ name }: { name: keyof typeof SHAPES }) {
  return (
    <Icon className="sign">
      <path d={SHAPES[name]} />
    </Icon>
  );
}

/** Maestro's mark: three voices, one beat. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <rect width="24" height="24" rx="6" />
      <path d="M6.5 17V8.2L12 14l5.5-5.8V17" />
    </svg>
  );
}

function Icon({ className, children }: { className: string; children: ComponentChildren }) {
  return (
    <svg class={className} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {children}
    </svg>
  );
}

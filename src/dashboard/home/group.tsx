import type { ComponentChildren } from "preact";

/** A list of issues with its heading. */
export function Group(props: { title: string; count: number; isAlert?: boolean; children: ComponentChildren }) {
  const { title, count, isAlert = false, children } = props;
  const id = `group-${title.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <section class={`group${isAlert ? " group-alert" : ""}`} aria-labelledby={id}>
      <h2 id={id} class="group-title">
        {title} <span class="count">{count.toLocaleString("en")}</span>
      </h2>
      {children}
    </section>
  );
}

/** Says why a list is empty. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}

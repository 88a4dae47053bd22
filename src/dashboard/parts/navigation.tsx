import type { ComponentChildren, JSX } from "preact";
import { createCell, useCell } from "../data/cell.ts";
import { parseRoute, type Route } from "../route.ts";

const place = createCell(here());
addEventListener("popstate", () => place.set(here()));

function here(): Route {
  return parseRoute(location.pathname, location.search);
}

/** What the address shows. */
export function useRoute(): Route {
  return useCell(place);
}

/** Goes to an address of this page; the browser's back button comes back. */
export function navigate(path: string, options: { readonly replace?: boolean } = {}): void {
  if (path === `${location.pathname}${location.search}`) return;
  const wasOn = location.pathname;
  if (options.replace === true) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  place.set(here());
  if (pageOf(wasOn) !== pageOf(location.pathname)) scrollTo(0, 0);
}

/** The tabs of an issue are one page: changing between them leaves the reader where they are. */
function pageOf(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}

type LinkProps = JSX.IntrinsicElements["a"] & { readonly href: string; readonly children: ComponentChildren };

/** A link to another address of this page, that loads nothing anew. */
export function Link({ href, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  );
}

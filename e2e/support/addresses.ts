// Every page of the program, by who looks at it. A page that is not in this list is not looked at: add it here.
import type { banner } from "./people.ts";
import type { Seed } from "./seed.ts";

export type Visitor = "anonymous" | keyof typeof banner;
export type Address = { name: string; path: string; status?: number };

const item = "gov-single-window.food-business-licence";

export function addresses(made: Seed): Record<Visitor, Address[]> {
  const errors = (id: string): Address[] => [
    { name: "missing", path: "/no-such-page", status: 404 },
    { name: "case-of-another", path: `/cases/${id}`, status: 404 },
  ];
  return {
    anonymous: [
      { name: "front", path: "/" },
      { name: "chapter", path: "/chapters/06-public-services" },
      { name: "systems", path: "/systems" },
      { name: "systems-none", path: "/systems?q=没有这样的系统" },
      { name: "system-built", path: "/systems/gov-single-window" },
      { name: "system-scenario", path: "/systems/gov-single-window/scenario" },
      { name: "system-planned", path: "/systems/environment-pollution-sources" },
      { name: "search", path: "/search" },
      { name: "search-found", path: "/search?q=食品" },
      { name: "search-none", path: "/search?q=没有这样的事" },
      { name: "items", path: "/items" },
      { name: "items-none", path: "/items?q=没有这样的事" },
      { name: "item", path: `/items/${item}` },
      { name: "calendar", path: "/calendar" },
      { name: "sign-in", path: "/sign-in" },
      { name: "register", path: "/register" },
      { name: "missing", path: "/no-such-page", status: 404 },
    ],
    resident: [
      { name: "front", path: "/" },
      { name: "home", path: "/home" },
      { name: "me", path: "/me" },
      { name: "me-password", path: "/me/password" },
      { name: "me-messages", path: "/me/messages" },
      { name: "me-data", path: "/me/data" },
      { name: "drafts", path: "/drafts" },
      { name: "cases", path: "/cases" },
      { name: "item", path: `/items/${item}` },
      ...errors(made.submitted),
      { name: "work-forbidden", path: "/work", status: 403 },
    ],
    agent: [
      { name: "front", path: "/" },
      { name: "home", path: "/home" },
      { name: "me", path: "/me" },
      { name: "item", path: `/items/${item}` },
      { name: "item-for-anybody", path: "/items/gov-single-window.outdoor-advertising" },
      { name: "drafts", path: "/drafts" },
      { name: "draft", path: `/drafts/${made.draft}` },
      { name: "draft-materials", path: `/drafts/${made.draft}/materials` },
      { name: "draft-review", path: `/drafts/${made.draft}/review` },
      { name: "correction", path: `/drafts/${made.correction}` },
      { name: "correction-materials", path: `/drafts/${made.correction}/materials` },
      { name: "correction-review", path: `/drafts/${made.correction}/review` },
      { name: "inbox", path: "/inbox" },
      { name: "inbox-unread", path: "/inbox?unread=1" },
      { name: "message", path: `/inbox/${made.message}` },
      { name: "cases", path: "/cases" },
      { name: "case-submitted", path: `/cases/${made.submitted}` },
      { name: "case-late", path: `/cases/${made.late}` },
      { name: "case-returned", path: `/cases/${made.returned}` },
      { name: "case-accepted", path: `/cases/${made.accepted}` },
      { name: "case-granted", path: `/cases/${made.granted}` },
      { name: "case-denied", path: `/cases/${made.denied}` },
    ],
    clerk: [
      { name: "home", path: "/home" },
      { name: "me", path: "/me" },
      { name: "work", path: "/work" },
      { name: "work-submitted", path: `/work/${made.submitted}` },
      { name: "work-late", path: `/work/${made.late}` },
      { name: "work-returned", path: `/work/${made.returned}` },
      { name: "work-granted", path: `/work/${made.granted}` },
      { name: "counter", path: "/counter/people" },
      { name: "me-posts", path: "/me/posts" },
    ],
    officer: [
      { name: "home", path: "/home" },
      { name: "work", path: "/work" },
      { name: "work-accepted", path: `/work/${made.accepted}` },
      { name: "work-denied", path: `/work/${made.denied}` },
    ],
    operator: [
      { name: "home", path: "/home" },
      { name: "inbox-empty", path: "/inbox" },
      { name: "organisations", path: "/admin/organisations" },
      { name: "organisation", path: `/admin/organisations/${made.organisation}` },
      { name: "post", path: `/admin/posts/${made.post}` },
      { name: "audit", path: "/audit" },
      { name: "flows", path: "/operations/flows" },
      { name: "channels", path: "/operations/channels" },
      { name: "subscriptions", path: "/operations/subscriptions" },
      { name: "subscription", path: `/operations/subscriptions/${made.subscription}` },
      { name: "calendar", path: "/calendar" },
      { name: "work-forbidden", path: "/work", status: 403 },
    ],
    supervisor: [
      { name: "home", path: "/home" },
      { name: "emergency", path: "/emergency" },
      { name: "work-opened", path: `/work/${made.opened}` },
      { name: "reviews-empty", path: "/reviews" },
      { name: "work-hidden", path: `/work/${made.accepted}`, status: 404 },
    ],
    auditor: [
      { name: "home", path: "/home" },
      { name: "reviews", path: "/reviews" },
      { name: "reviews-judged", path: "/reviews?judged=1" },
      { name: "audit", path: "/audit" },
      { name: "work-hidden", path: `/work/${made.accepted}`, status: 404 },
    ],
  };
}

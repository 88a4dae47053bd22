import assert from "node:assert/strict";
import { test } from "node:test";
import { discounted, subtotal } from "../src/basket.js";

test("the subtotal counts every line", () => {
  const lines = [
    { price: 250, count: 2 },
    { price: 99, count: 1 },
  ];
  assert.equal(subtotal(lines), 599);
});

test("an empty basket costs nothing", () => {
  assert.equal(subtotal([]), 0);
});

test("a discount takes its share", () => {
  assert.equal(discounted(1000, 10), 900);
});

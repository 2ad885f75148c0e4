// @ts-check
/** A slip on this computer's printer: asked for at once when the page was opened for that, and again by its button. */
import "./print.js";

if (!sessionStorage.getItem(location.pathname)) {
  sessionStorage.setItem(location.pathname, "1"); // a page loaded again does not print again
  window.print();
}

// The page says by itself when it can no longer be trusted: it renews every 20 seconds, and turns loud after a minute without.
(function () {
  "use strict";
  var LATE_MS = 60000;
  var renewed = Date.now();
  document.body.addEventListener("htmx:afterSwap", function () { renewed = Date.now(); });
  function look() {
    var place = document.getElementById("stale");
    if (!place || !document.querySelector("[hx-get]")) { return; }
    var late = Date.now() - renewed;
    var text = late < LATE_MS ? "" : "This page has heard nothing from the device's computer for " +
      Math.round(late / 60000) + " min. What stands here is old. Look after the person, and check that computer.";
    if (place.textContent !== text) { place.textContent = text; }
  }
  window.setInterval(look, 5000);
})();

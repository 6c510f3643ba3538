/* The review page: native date fields that tell the period to the server's callback, and the link in the table. */
(function () {
  "use strict";

  window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};
  window.dashAgGridComponentFunctions.SessionLink = function (props) {
    return window.React.createElement("a", { href: "/sessions/" + props.data.session_id, className: "review__link number" }, props.data.at_text);
  };

  function start(root) {
    const fields = {};
    root.querySelectorAll("[data-field]").forEach((host) => {
      const input = document.createElement("input");
      input.type = "date";
      input.name = host.dataset.field;
      input.addEventListener("change", tell);
      host.replaceChildren(input);
      fields[input.name] = input;
    });

    function tell() {
      window.dash_clientside.set_props("review--period", { data: { from: fields.from.value, to: fields.to.value } });
    }

    root.querySelector("#review--all").addEventListener("click", () => {
      fields.from.value = "";
      fields.to.value = "";
      tell();
    });
  }

  window.infusion.onPage("review", start);
})();

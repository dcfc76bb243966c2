// Draws an Adaptive Card as Teams would: its host configuration, its Markdown, its badges and its bar charts.
(() => {
  const markdown = window.markdownit();
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text);
    result.didProcess = true;
  };

  class Drawn extends AdaptiveCards.CardElement {
    parse(source, context) {
      super.parse(source, context);
      this.source = source;
    }
    getJsonTypeName() {
      return this.constructor.typeName;
    }
  }

  const tag = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  class Badge extends Drawn {
    static typeName = "Badge";
    internalRender() {
      return tag("span", `badge ${this.source.style}`, this.source.text);
    }
  }

  class Bars extends Drawn {
    static typeName = "Chart.HorizontalBar";
    internalRender() {
      const chart = tag("div", "chart");
      chart.append(tag("div", "chart-title", this.source.title));
      const most = Math.max(1, ...this.source.data.map((bar) => bar.y));
      for (const bar of this.source.data) {
        const row = tag("div", "chart-row");
        const line = tag("div", "chart-bar");
        line.style.width = `${(70 * bar.y) / most}%`;
        const track = tag("div", "chart-track");
        track.append(line, tag("span", "chart-value", String(bar.y)));
        row.append(tag("div", "chart-name", bar.x), track);
        chart.append(row);
      }
      return chart;
    }
  }

  // Teams draws these as pictures; here their figures stand in a box of their width, so that nothing of them gets lost.
  const figures = (data) =>
    data.map((each) => (each.values ? `${each.legend}: ${each.values.map((at) => at.y).join(" ")}` : `${each.x ?? each.legend} ${each.y ?? each.value}`));

  const chart = (kind) =>
    class extends Drawn {
      static typeName = kind;
      internalRender() {
        const box = tag("div", "chart");
        box.append(tag("div", "chart-title", this.source.title));
        for (const line of figures(this.source.data)) box.append(tag("div", "chart-figures", line));
        return box;
      }
    };
  const Charts = ["Chart.Line", "Chart.VerticalBar", "Chart.Donut"].map(chart);

  const teams = () => {
    const registry = new AdaptiveCards.CardObjectRegistry();
    AdaptiveCards.GlobalRegistry.populateWithDefaultElements(registry);
    for (const drawn of [Badge, Bars, ...Charts]) registry.register(drawn.typeName, drawn);
    return registry;
  };

  window.draw = (json, hostConfig, own) => {
    const context = new AdaptiveCards.SerializationContext();
    if (own) context.setElementRegistry(teams());
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
    card.parse(json, context);
    const frame = document.getElementById("card");
    frame.replaceChildren(card.render());
    const wide = [...frame.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > frame.getBoundingClientRect().right + 1);
    return {
      events: Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message).filter(
        // The renderer checks `lang` with a global regular expression, which forgets to start anew each second time.
        (said) => said !== 'Invalid value "en" for property "lang".',
      ),
      text: frame.innerText,
      facts: [...frame.querySelectorAll(".ac-factset td:last-child")].map((each) => each.textContent.replace(/\n$/, "")),
      markup: [...frame.querySelectorAll("a, em, strong, code, li, h1, h2, h3, blockquote, img, at, hr, pre, s")].map((each) => each.outerHTML),
      wide: wide.map((each) => each.outerHTML.slice(0, 200)),
    };
  };
})();

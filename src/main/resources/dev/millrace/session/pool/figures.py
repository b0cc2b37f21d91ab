def _millrace_figures():
    import uuid

    import matplotlib

    matplotlib.use("agg", force=True)
    import matplotlib.pyplot as plt

    if getattr(plt.show, "saves_figures", False):
        return

    def show(*_arguments, **_options):
        for number in plt.get_fignums():
            name = f"millrace-figure-{uuid.uuid4().hex}.png"
            plt.figure(number).savefig("/mnt/data/" + name, bbox_inches="tight")
            print(f"\n[millrace figure {name}]")
        plt.close("all")

    show.saves_figures = True
    plt.show = show
    try:
        get_ipython().events.register("post_run_cell", lambda *_: show())
    except NameError:
        pass


_millrace_figures()
del _millrace_figures

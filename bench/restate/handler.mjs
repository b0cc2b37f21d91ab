// A job of six steps as a handler of Restate, each step an entry of its journal. Prints its port.
Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};
const restate = await import("@restatedev/restate-sdk");

const job = restate.service({
  name: "job",
  handlers: {
    run: async (ctx, message) => {
      for (let step = 0; step < 6; step++) {
        await ctx.run(`step ${step}`, () => "nothing");
      }
      return "done";
    },
  },
});

const port = await restate.serve({ services: [job], port: 0 });
console.log(`port ${port}`);
process.stdin.resume().on("end", () => process.exit(0));

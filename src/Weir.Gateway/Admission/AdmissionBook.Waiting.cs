namespace Weir.Gateway.Admission;

/// <content>
/// Who waits, and who is let in next. A waiter stands in the queue of one counter, the first that is in its way, and holds
/// nothing. When that counter gets room, its first waiter is held against all rules again: it is let in, refused, moves on to
/// the counter that is in its way now (by when it came), or stays, and then nobody behind it is looked at. So large requests
/// are not starved by small ones, and a settlement looks at one waiter more than it lets in.
/// </content>
internal sealed partial class AdmissionBook
{
    /// <summary>What is told to who waited in vain: others end at any moment.</summary>
    private static readonly TimeSpan PassingWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Lets a request in, at once or as soon as others make room; refuses it when that takes longer than the patience, or when
    /// what was spent, and not what is set aside, stands in its way. No thread waits.
    /// </summary>
    /// <param name="rules">The rules that hold for it.</param>
    /// <param name="request">The request.</param>
    /// <param name="patience">How long it may wait for room; zero for not at all.</param>
    /// <param name="cancellationToken">The caller hangs up: its place is given up, and what it was given is given back.</param>
    /// <exception cref="OperationCanceledException">The caller hung up.</exception>
    public ValueTask<AdmissionOutcome> AdmitAsync(
        AdmissionRules rules,
        AdmissionRequest request,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        if (rules.IsEmpty)
        {
            return ValueTask.FromResult(AdmissionOutcome.Free);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var shares = rules.Learns ? learned.Of(request.Subject) : LearnedShares.Worst;
        Waiter waiter;
        lock (gate)
        {
            var now = Moment.Now(clock);
            var verdict = Look(rules, request, shares, long.MaxValue, now);
            if (verdict.Kind != VerdictKind.Wait || patience <= TimeSpan.Zero)
            {
                var outcome = Outcome(verdict, rules, request, now);
                return outcome.Delay == TimeSpan.Zero
                    ? ValueTask.FromResult(outcome)
                    : new ValueTask<AdmissionOutcome>(HoldBackAsync(outcome, cancellationToken));
            }

            waiter = new Waiter(rules, request, ++turns);
            entries[verdict.Index].Counter.Enqueue(waiter);
        }

        return new ValueTask<AdmissionOutcome>(WaitAsync(waiter, patience, cancellationToken));
    }

    private async Task<AdmissionOutcome> WaitAsync(
        Waiter waiter,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await waiter.Done.WaitAsync(patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            lock (gate)
            {
                GiveUp(waiter);
            }
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                Withdraw(waiter);
            }

            waiter.Outcome?.Ticket?.Dispose();
            throw;
        }

        return await HoldBackAsync(waiter.Outcome!.Value, cancellationToken);
    }

    /// <summary>Carries out the delay of a throttled request; what is set aside for it stays so.</summary>
    private async Task<AdmissionOutcome> HoldBackAsync(AdmissionOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Delay > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(outcome.Delay, clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                outcome.Ticket?.Dispose();
                throw;
            }
        }

        return outcome;
    }

    /// <summary>Looks a last time: a new window, or a grant, may have made room without anybody's end.</summary>
    private void GiveUp(Waiter waiter)
    {
        if (waiter.Counter is not { } counter)
        {
            return;
        }

        var now = Moment.Now(clock);
        var verdict = Look(waiter.Rules, waiter.Request, SharesFor(waiter), waiter.Turn, now);
        var outcome = Outcome(verdict, waiter.Rules, waiter.Request, now);
        counter.Dequeue(waiter);
        waiter.End(outcome);
        Pump(counter, now);
    }

    private void Withdraw(Waiter waiter)
    {
        if (waiter.Counter is { } counter)
        {
            counter.Dequeue(waiter);
            Pump(counter, Moment.Now(clock));
        }
    }

    private void PumpAll(AdmissionTicket ticket)
    {
        foreach (ref readonly var hold in ticket.Holds.AsSpan())
        {
            if (hold.Counter.Waiting > 0)
            {
                Pump(hold.Counter, Moment.Now(clock));
            }
        }
    }

    /// <summary>Lets in who waits for a counter, from the front, as far as there is room.</summary>
    private void Pump(AdmissionCounter counter, in Moment now)
    {
        while (counter.Queue?.First is { } first)
        {
            var waiter = first.Value;
            var verdict = Look(waiter.Rules, waiter.Request, SharesFor(waiter), waiter.Turn, now);
            if (verdict.Kind != VerdictKind.Wait)
            {
                var outcome = Outcome(verdict, waiter.Rules, waiter.Request, now);
                counter.Dequeue(waiter);
                waiter.End(outcome);
                continue;
            }

            var next = entries[verdict.Index].Counter;
            if (next == counter)
            {
                return;
            }

            counter.Dequeue(waiter);
            next.Enqueue(waiter);
        }
    }

    private LearnedShares SharesFor(Waiter waiter) =>
        waiter.Rules.Learns ? learned.Of(waiter.Request.Subject) : LearnedShares.Worst;
}

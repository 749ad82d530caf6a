using Npgsql;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Texts;
using Wir.WelcomePackage.Data;

namespace Wir.WelcomePackage.Features.Languages;

/// <summary>A language that content is offered in.</summary>
/// <param name="Tag">BCP 47 tag.</param>
/// <param name="NativeName">As its speakers write it.</param>
/// <param name="Script">ISO 15924 code.</param>
/// <param name="Dir"><c>ltr</c> or <c>rtl</c>.</param>
/// <param name="Fallback">What is served when there is no text in it, in this order.</param>
public sealed record OfferedLanguage(string Tag, string NativeName, string Script, string Dir, IReadOnlyList<string> Fallback)
{
    /// <summary>The language and then what stands in for it.</summary>
    public IReadOnlyList<string> Chain { get; } = [Tag, .. Fallback];
}

/// <summary>The languages of the content. They come with the start data and are read once.</summary>
public sealed class LanguageTable(NpgsqlDataSource source) : IDisposable
{
    private readonly SemaphoreSlim _reading = new(1);
    private volatile IReadOnlyList<OfferedLanguage>? _all;

    public async ValueTask<IReadOnlyList<OfferedLanguage>> AllAsync(CancellationToken ct)
    {
        if (_all is { } known) return known;
        await _reading.WaitAsync(ct);
        try
        {
            if (_all is not null) return _all;
            var read = await ReadAsync(ct);
            // An empty table is one that has not been filled yet.
            if (read.Count > 0) _all = read;
            return read;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The language asked for; any that the platform knows is served, one that is not offered by its fallbacks.</summary>
    public async ValueTask<Outcome<OfferedLanguage>> ParseAsync(string? asked, HttpContext context, CancellationToken ct, string pointer = "?lang")
    {
        var language = Wir.ServiceDefaults.Texts.Languages.FromAcceptLanguage(context.Request.Headers.AcceptLanguage) ?? Known(Wir.ServiceDefaults.Texts.Languages.Default);
        if (asked is not null && !Wir.ServiceDefaults.Texts.Languages.Parse(asked, pointer).TryGet(out language, out var problem)) return problem;
        return await OfAsync(language!, ct);
    }

    public async ValueTask<OfferedLanguage> OfAsync(Language language, CancellationToken ct) =>
        (await AllAsync(ct)).FirstOrDefault(offered => offered.Tag == language.Tag)
            ?? new OfferedLanguage(language.Tag, language.NativeName, language.Script, language.Direction, language.Tag == "de" ? [] : language.Tag == "en" ? ["de"] : ["en", "de"]);

    public void Dispose() => _reading.Dispose();

    public static string DirectionOf(string tag) => Known(tag).Direction;

    /// <summary>A language by the tag that our own data hold.</summary>
    public static Language Known(string tag) => Wir.ServiceDefaults.Texts.Languages.TryParse(tag, out var language)
        ? language
        : throw new InvalidOperationException($"{tag} is no language of the platform.");

    private async Task<IReadOnlyList<OfferedLanguage>> ReadAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"select tag, native_name, script, direction, fallback from {WelcomeDb.SchemaName}.language order by sort_order");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var read = new List<OfferedLanguage>();
        while (await reader.ReadAsync(ct))
        {
            read.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<string[]>(4)));
        }

        return read;
    }
}

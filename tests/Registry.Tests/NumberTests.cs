using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.Registry.Features.Privacy;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

[Lane(Lane.Unit)]
public sealed class NumberTests
{
    private static readonly CodeLists s_codes = CodeLists.Load(Path.Combine(AppContext.BaseDirectory, "registry"));

    [Fact]
    public void A_number_notices_every_wrong_digit_and_every_swap_of_neighbours()
    {
        for (var serial = 1001; serial < 4001; serial++)
        {
            var number = AssociationNumber.Format("WF", serial);
            Assert.True(AssociationNumber.TryParse(number, "WF", out var same) && same == number);
            var digits = number[3..].Replace("-", "", StringComparison.Ordinal);
            for (var i = 0; i < digits.Length; i++)
            {
                foreach (var other in "0123456789".Where(digit => digit != digits[i])) Assert.False(AssociationNumber.TryParse($"WF{digits[..i]}{other}{digits[(i + 1)..]}", "WF", out _));
                if (i == 0 || digits[i] == digits[i - 1]) continue;
                Assert.False(AssociationNumber.TryParse($"WF{digits[..(i - 1)]}{digits[i]}{digits[i - 1]}{digits[(i + 1)..]}", "WF", out _));
            }
        }
    }

    [Theory]
    [InlineData("VR 1234 Korbach")]
    [InlineData("VR1234 Korbach")]
    [InlineData("vr 1234 korbach")]
    [InlineData("AG Korbach, VR1234")]
    [InlineData("AG Korbach VR 1234")]
    [InlineData("Amtsgericht Korbach VR 1234")]
    [InlineData("Amtsgericht Korbach, VR-Nr. 1234")]
    [InlineData("Amtsgericht Korbach, VR Nr. 1234")]
    [InlineData("Amtsgericht Korbach (VR 1234)")]
    [InlineData("Vereinsregister Korbach Nr. 1234")]
    [InlineData("Vereinsregister: Amtsgericht Korbach, Registernummer: VR 1234")]
    [InlineData("Vereinsregister-Nr. 1234 (AG Korbach)")]
    [InlineData("Vereinsregisternummer 1234, Amtsgericht Korbach")]
    [InlineData("Registergericht Korbach VR-1234")]
    [InlineData("Registergericht: Amtsgericht Korbach; Registernummer: 1234")]
    [InlineData("VR 01234 Korbach")]
    [InlineData("VR 1.234 Korbach")]
    [InlineData("VR 1 234 Korbach")]
    [InlineData("V.R. 1234 Korbach")]
    [InlineData("VR-Nr 1234 AG Korbach")]
    [InlineData("VR Korbach 1234")]
    [InlineData("VR: 1234, Korbach")]
    [InlineData("VR/1234/Korbach")]
    [InlineData("Korbach VR 1234")]
    [InlineData("Korbach, 1234")]
    [InlineData("  VR   1234   Korbach  ")]
    [InlineData("VR\u00A01234\u00A0Korbach")]
    [InlineData("ＶＲ １２３４ Korbach")]
    [InlineData("VR–1234 Korbach")]
    [InlineData("VR 1234 (Amtsgericht KORBACH)")]
    [InlineData("VR 1234 KB")]
    [InlineData("eingetragen beim Amtsgericht Korbach unter VR 1234")]
    [InlineData("DE-CR-RA000282-VR1234")]
    [InlineData("de-cr-ra000282-vr1234")]
    [InlineData("DE-CR-RA000282-VR01234")]
    [InlineData("RA000282 VR 1234")]
    public void Every_usual_spelling_of_a_register_number_is_the_same_number(string text)
    {
        Assert.True(VrNumber.TryParse(text, s_codes.Courts, null, out var canonical), text);

        Assert.Equal("DE-CR-RA000282-VR1234", canonical);
    }

    [Theory]
    [InlineData("VR 1234")]
    [InlineData("HRB 1234 Korbach")]
    [InlineData("HRB1234 Korbach")]
    [InlineData("Handelsregister Korbach 1234")]
    [InlineData("VR Korbach")]
    [InlineData("VR 1234 Korbach 5678")]
    [InlineData("VR 0 Korbach")]
    [InlineData("VR 1234 Atlantis")]
    [InlineData("VR 12345678 Korbach")]
    [InlineData("")]
    public void What_is_no_number_with_a_court_is_refused(string text) =>
        Assert.False(VrNumber.TryParse(text, s_codes.Courts, null, out _), text);

    [Fact]
    public void The_same_number_at_another_court_is_another_number()
    {
        Assert.True(VrNumber.TryParse("VR 1234", s_codes.Courts, "Amtsgericht Marburg", out var marburg));
        Assert.True(VrNumber.TryParse("VR 1234 Kassel", s_codes.Courts, null, out var kassel));

        Assert.Equal(("DE-CR-RA000297-VR1234", "DE-CR-RA000275-VR1234"), (marburg, kassel));
    }

    [Theory]
    [InlineData("+49 5631 5550-12", "Rufen Sie an: 05631 / 555012.", "Rufen Sie an: […].")]
    [InlineData("05631 555012", "Tel. +49 (5631) 555012", "Tel. […]")]
    [InlineData("Petra Muster", "Fragen an petra  muster richten", "Fragen an […] richten")]
    [InlineData("p.muster@example.org", "Mail: P.Muster@example.org", "Mail: […]")]
    [InlineData("+49 (0)5631 555012", "Tel. 05631 555012", "Tel. […]")]
    [InlineData("05631 555012", "Tel. +49 (0) 5631-555012, 0049 (0)5631 555012", "Tel. […], […]")]
    [InlineData("+43 1 5550123", "Wien: 0043 1 5550123", "Wien: […]")]
    [InlineData("Dr. Petra Müller", "Frau Petra Mu\u0308ller hilft", "Frau […] hilft")]
    public void A_person_is_taken_out_of_a_text_however_written(string value, string text, string clean) =>
        Assert.Equal(clean, new Scrub([value]).Text(text));

    [Theory]
    [InlineData("Phil Müller", "Müller")]
    [InlineData("C. Müller", "Petra Müller")]
    [InlineData("Nat Müller", "Pol Müller")]
    public void A_first_name_is_no_title(string one, string other) => Assert.False(new PersonQuery(one).Normalised().Means(other, null, null));

    [Fact]
    public void A_text_of_nothing_but_separators_is_read_once()
    {
        var dashes = new string('-', 1_000_000);

        Assert.Same(dashes, new Scrub(["05631 555012"]).Text(dashes));
        Assert.Same(dashes, new Scrub(["Petra Muster"]).Text(dashes));
    }

    [Theory]
    [InlineData("+49 (0)5631 1234", "05631/1234")]
    [InlineData("0049 5631 1234", "(05631) 1234")]
    [InlineData("(+49) 5631-1234", "+49 5631 1234")]
    [InlineData("00431 5550123", "+43 1 5550123")]
    public void One_number_has_many_notations(string one, string other)
    {
        Assert.True(new PersonQuery(Phone: one).Normalised().Means(null, null, other));
        Assert.True(new PersonQuery(Phone: other).Normalised().Means(null, null, one));
    }

    [Theory]
    [InlineData("+43 5631 1234", "05631 1234")]
    [InlineData("05631 1234", "05631 12345")]
    public void Another_number_is_another_number(string one, string other) =>
        Assert.False(new PersonQuery(Phone: one).Normalised().Means(null, null, other));

    [Theory]
    [InlineData("Dr. Petra Müller", "petra mu\u0308ller")]
    [InlineData("Frau Prof. Dr. Petra Müller", "Petra  Müller")]
    [InlineData("Dr. h. c. mult. Petra Müller", "Petra Müller")]
    [InlineData("Dr.med. Petra Müller", "Frau Petra Müller")]
    public void A_name_is_the_same_with_a_title_and_without(string one, string other)
    {
        Assert.True(new PersonQuery(one).Normalised().Means(other, null, null));
        Assert.True(new PersonQuery(other).Normalised().Means(one, null, null));
        Assert.False(new PersonQuery("Petra Maier").Normalised().Means(one, null, null));
    }

    [Fact]
    public void A_whole_value_becomes_nothing_and_an_organisations_name_stays()
    {
        var scrub = new Scrub(["Petra Muster", "p@example.org"]);

        var clean = scrub.Json("""{"name":"Petra Muster Stiftung","contacts":[{"email":"p@example.org","label":{"de":"bei Petra Muster"}}]}""");

        Assert.Equal("""{"name":"Petra Muster Stiftung","contacts":[]}""", clean);
        Assert.Null(scrub.Json("""{"name":"Turnverein"}"""));
    }

    [Theory]
    [InlineData("""{"contacts":[{"label":{"de":"Petra Muster"},"email":"x@example.org","phone":"05631 1234567"}]}""", """{"contacts":[{"label":{"de":"[…]"},"email":"x@example.org","phone":null}]}""")]
    [InlineData("""{"contacts":[{"email":"anna.p@example.org"}],"id":"01956311-2345-7670-8000-000000000000","area":"056311234567"}""", null)]
    [InlineData("""{"texts":{"id":{"summary":"Petra Muster","state":"approved"}}}""", """{"texts":{"id":{"summary":null,"state":"approved"}}}""")]
    [InlineData("""{"links":[{"rel":"website","href":"https://a.example/?to=p@example.org"},{"rel":"website","href":"https://a.example/"}]}""", """{"links":[{"rel":"website","href":"https://a.example/"}]}""")]
    [InlineData("""{"identifiers":[{"scheme":"other","value":"p@example.org"},{"scheme":"DE-CR","value":"056311234567"}]}""", """{"identifiers":[{"scheme":"DE-CR","value":"056311234567"}]}""")]
    [InlineData("""{"offers":[{"name":{"de":"Petra Muster"},"description":{"de":"Petra Muster"},"url":"https://a.example/p@example.org"}]}""", """{"offers":[{"name":{"de":"[…]"},"description":{"de":"[…]"},"url":null}]}""")]
    [InlineData("""{"name":"Petra Muster Stiftung","address":{"street":"Petra Muster Weg"},"offers":[{"name":{},"place":{"name":"bei Petra Muster","address":{"street":"Hof Petra Muster"}}}]}""", """{"name":"Petra Muster Stiftung","address":{"street":"Petra Muster Weg"},"offers":[{"name":{},"place":{"name":"bei […]","address":{"street":"Hof […]"}}}]}""")]
    [InlineData("""{"area":"06635015","snapshot":{"name":"Petra Muster Stiftung","offers":[{"place":{"name":"Petra Muster"}}]}}""", """{"area":"06635015","snapshot":{"name":"Petra Muster Stiftung","offers":[{"place":{"name":"[…]"}}]}}""")]
    public void What_an_erasure_leaves_is_a_whole_entry(string entry, string? clean) =>
        Assert.Equal(clean, new Scrub(["Petra Muster", "p@example.org", "05631 1234567"]).Json(entry));

    [Theory]
    [InlineData("Türkischer Kulturverein", true)]
    [InlineData("جمعية كورباخ", true)]
    [InlineData("Ћирилица и ћира", true)]
    [InlineData("انجمن\u200cها", true)]
    [InlineData("Sрortverein", false)]
    [InlineData("Verein\u202Enierev", false)]
    [InlineData("Ver\u0007ein", false)]
    [InlineData("Ver\u200Bein", false)]
    [InlineData("Ver\uFEFFein", false)]
    public void Names_in_every_script_pass_and_those_that_pretend_do_not(string name, bool passes) =>
        Assert.Equal(passes, CleanText.FaultIn(name) is null);
}

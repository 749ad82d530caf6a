using System.Text.Json;
using NodaTime;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Seed;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests.Reading;

[Lane(Lane.Unit)]
public sealed class DemoAssociationsTests
{
    private static readonly string s_directory = Path.Combine(AppContext.BaseDirectory, "registry");
    private static readonly AreaRegister s_areas = AreaRegister.Load(Path.Combine(AppContext.BaseDirectory, "areas"));
    private static readonly CodeLists s_codes = CodeLists.Load(s_directory);
    private static readonly DemoAssociations s_demo = new(DemoFiles.Load(Path.Combine(s_directory, "demo")), s_areas, s_codes, new LocalDate(2026, 1, 1));

    [Fact]
    public void The_same_seed_gives_the_same_entries_and_a_longer_row_starts_with_the_shorter()
    {
        var longer = s_demo.Generate(300).Select(demo => JsonSerializer.Serialize(demo)).ToArray();

        Assert.Equal(longer.Take(100), s_demo.Generate(100).Select(demo => JsonSerializer.Serialize(demo)));
        Assert.NotEqual(longer.Take(100), s_demo.Generate(100, seed: 2).Select(demo => JsonSerializer.Serialize(demo)));
    }

    [Fact]
    public void Ten_thousand_are_all_different_and_keep_the_rules_of_the_register()
    {
        var intake = new AssociationIntake(s_areas, s_codes, TimeProvider.System);
        var all = s_demo.Generate(10_000).ToArray();

        Assert.Equal(all.Length, all.Select(demo => demo.Id).Distinct().Count());
        Assert.Equal(all.Length, all.Select(demo => demo.Content.Name).Distinct().Count());
        Assert.Equal(all.Length, all.Select(demo => demo.Id).Order().Zip(all, (sorted, demo) => sorted == demo.Id).Count(same => same));
        Assert.All(all.Take(2000), demo => Assert.True(intake.Read(InputOf(demo.Content)).TryGet(out _, out var problem), problem?.Faults[0].ToString()));
    }

    [Fact]
    public void Nobody_can_be_reached_and_every_place_lies_in_its_municipality()
    {
        var all = s_demo.Generate(2000).Select(demo => demo.Content).ToArray();

        Assert.All(all, content =>
        {
            var area = s_areas.Find(content.Area)!;
            Assert.Equal(AreaLevel.Municipality, area.Level);
            Assert.Contains(content.Address!.PostalCode!, area.PostalCodes);
            Assert.InRange(Math.Abs(content.Location!.Lat - area.Latitude!.Value), 0, 0.02);
            Assert.InRange(Math.Abs(content.Location.Lon - area.Longitude!.Value), 0, 0.03);
            Assert.All(content.Contacts, contact => Assert.EndsWith("@example.org", contact.Email, StringComparison.Ordinal));
            Assert.All(content.Contacts.Where(contact => contact.Phone is not null), contact => Assert.Matches(@"^\+4930231250\d\d$", contact.Phone));
        });
        Assert.Equal(21, all.Select(content => content.Area).Distinct().Count());
        Assert.InRange(all.SelectMany(content => content.Categories).Select(category => category.Code.Split('.')[0]).Distinct().Count(), 14, 20);
    }

    private static AssociationInput InputOf(AssociationContent content) => new()
    {
        Kind = content.Kind,
        Name = content.Name,
        AlternateNames = content.AlternateNames,
        Identifiers = content.Identifiers,
        Area = content.Area,
        Address = content.Address,
        Location = content.Location,
        Categories = content.Categories,
        Languages = content.Languages,
        TargetGroups = content.TargetGroups,
        Accessibility = content.Accessibility,
        Texts = content.Texts,
        Contacts = [.. content.Contacts.Select(contact => new ContactInput { Type = ContactInput.Functional, Label = contact.Label, Email = contact.Email, Phone = contact.Phone, Visibility = contact.Visibility })],
        Links = content.Links,
        Offers = content.Offers,
    };
}
